// SPDX-License-Identifier: AGPL-3.0-or-later

// Every store of one server, borrowed: what opens them (a node, a process of the simulator, a test) hands them over as
// this, and nobody else lists them one by one.
#pragma once

namespace kith {

class AccountStore;
class BlobStore;
class CodeSender;
class GroupLog;
class GroupStore;
class InboxStore;
class KeyStore;
class LastSeenStore;
class LeaseStore;
class LinkStore;
class MediaIndex;
class PairStore;
class ProfileStore;

struct StorePorts {
  AccountStore& accounts;
  KeyStore& keys;
  ProfileStore& profiles;
  LastSeenStore& last_seen;
  PairStore& pairs;
  LeaseStore& leases;
  LinkStore& links;
  GroupStore& groups;
  GroupLog& group_log;
  MediaIndex& media;
  BlobStore& blobs;
  InboxStore& inboxes;
  CodeSender& codes;
};

}  // namespace kith
