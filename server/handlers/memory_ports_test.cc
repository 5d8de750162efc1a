// SPDX-License-Identifier: AGPL-3.0-or-later

// The ports in memory keep the same promises as real ones, so what is tested on them holds for both.
#include "server/handlers/testing/memory_ports.h"

#include "server/ports/account_store_contract.h"
#include "server/ports/blob_store_contract.h"
#include "server/ports/group_log_contract.h"
#include "server/ports/group_store_contract.h"
#include "server/ports/inbox_expiry_contract.h"
#include "server/ports/inbox_store_contract.h"
#include "server/ports/key_store_contract.h"
#include "server/ports/lease_store_contract.h"
#include "server/ports/link_device_contract.h"
#include "server/ports/link_store_contract.h"
#include "server/ports/media_index_contract.h"
#include "server/ports/pair_store_contract.h"
#include "server/ports/profile_store_contract.h"

namespace kith {
namespace {

// `Later` answers each call in a later turn, as a real store does.
template <bool Later>
class MemoryBackend final : public InboxStoreBackend,
                            public AccountStoreBackend,
                            public ProfileStoreBackend,
                            public PairStoreBackend,
                            public LeaseStoreBackend,
                            public LinkStoreBackend,
                            public GroupStoreBackend,
                            public GroupLogBackend,
                            public MediaIndexBackend,
                            public BlobStoreBackend {
 public:
  MemoryBackend() {
    for (testing::Faults* faults :
         {&ports_.accounts.faults, &ports_.keys.faults, &ports_.profiles.faults, &ports_.last_seen.faults,
          &ports_.pairs.faults, &ports_.leases.faults, &other_leases_.faults, &ports_.links.faults,
          &ports_.groups.faults, &ports_.group_log.append_faults, &ports_.group_log.read_faults, &ports_.media.faults,
          &ports_.blobs.faults, &ports_.inboxes.write_faults, &ports_.inboxes.read_faults}) {
      faults->answer_later(Later);
    }
  }
  InboxStore& store() override { return ports_.inboxes; }
  AccountStore& accounts() override { return ports_.accounts; }
  KeyStore& keys() override { return ports_.keys; }
  ProfileStore& profiles() override { return ports_.profiles; }
  LastSeenStore& last_seen() override { return ports_.last_seen; }
  DeviceAddress a_device() override { return {{{7}}, {1}}; }
  PairStore& pairs() override { return ports_.pairs; }
  LeaseStore& leases() override { return ports_.leases; }
  LeaseStore& other_leases() override { return other_leases_; }
  LinkStore& links() override { return ports_.links; }
  GroupStore& groups() override { return ports_.groups; }
  GroupLog& log() override { return ports_.group_log; }
  MediaIndex& media() override { return ports_.media; }
  BlobStore& blobs() override { return ports_.blobs; }
  void leave_room(uint64_t bytes) override { ports_.blobs.leave_room(bytes); }
  void bound(uint64_t bytes_max) override { ports_.group_log.bytes_max = bytes_max; }
  void pass(uint64_t) override {}
  bool reopen() override { return false; }
  bool fail_device(const DeviceAddress& device, std::optional<StoreError> error) override {
    ports_.inboxes.fail_device(device, error);
    return true;
  }

 private:
  testing::MemoryPorts ports_;
  testing::MemoryLeaseStore other_leases_{ports_.all_leases, "another"};
};

template <class Case>
auto cases() {
  return ::testing::Values(Case{"Memory", [] { return std::make_unique<MemoryBackend<false>>(); }},
                           Case{"MemoryLater", [] { return std::make_unique<MemoryBackend<true>>(); }});
}

// A store whose entries go by themselves, and which can't say what it holds.
class SelfExpiringBackend final : public InboxStoreBackend {
 public:
  SelfExpiringBackend() { store_.expire_by_itself(); }
  InboxStore& store() override { return store_; }
  bool reopen() override { return false; }
  bool fail_device(const DeviceAddress& device, std::optional<StoreError> error) override {
    store_.fail_device(device, error);
    return true;
  }
  void time_comes(UnixMicros now) override { store_.time_comes(now); }

 private:
  testing::MemoryInboxStore store_;
};
const InboxStoreCase kSelfExpiring{"MemorySelfExpiring", [] { return std::make_unique<SelfExpiringBackend>(); }};

INSTANTIATE_TEST_SUITE_P(Memory, InboxStoreContract, cases<InboxStoreCase>());
INSTANTIATE_TEST_SUITE_P(Memory, SweptInboxStoreContract, cases<InboxStoreCase>());
INSTANTIATE_TEST_SUITE_P(SelfExpiring, InboxStoreContract, ::testing::Values(kSelfExpiring));
INSTANTIATE_TEST_SUITE_P(SelfExpiring, SelfExpiringInboxStoreContract, ::testing::Values(kSelfExpiring));
INSTANTIATE_TEST_SUITE_P(Memory, AccountStoreContract, cases<AccountStoreCase>());
INSTANTIATE_TEST_SUITE_P(Memory, LinkDeviceContract, cases<AccountStoreCase>());
INSTANTIATE_TEST_SUITE_P(Memory, KeyStoreContract, cases<AccountStoreCase>());
INSTANTIATE_TEST_SUITE_P(Memory, ProfileStoreContract, cases<ProfileStoreCase>());
INSTANTIATE_TEST_SUITE_P(Memory, LastSeenStoreContract, cases<ProfileStoreCase>());
INSTANTIATE_TEST_SUITE_P(Memory, PairStoreContract, cases<PairStoreCase>());
INSTANTIATE_TEST_SUITE_P(Memory, LeaseStoreContract, cases<LeaseStoreCase>());
INSTANTIATE_TEST_SUITE_P(Memory, LinkStoreContract, cases<LinkStoreCase>());
INSTANTIATE_TEST_SUITE_P(Memory, GroupStoreContract, cases<GroupStoreCase>());
INSTANTIATE_TEST_SUITE_P(Memory, GroupLogContract, cases<GroupLogCase>());
INSTANTIATE_TEST_SUITE_P(Memory, MediaIndexContract, cases<MediaIndexCase>());
INSTANTIATE_TEST_SUITE_P(Memory, BlobStoreContract, cases<BlobStoreCase>());

}  // namespace
}  // namespace kith
