// SPDX-License-Identifier: AGPL-3.0-or-later

// Limits that clients and servers share (LIMIT-1): what one side allows itself to send, the other has to take. They are
// part of the protocol; none is a setting. tools/make_limits.mjs makes web/core-client/generated/limits.ts of this
// file.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kith {

// UTF-8 of one text, and of a draft.
inline constexpr size_t kTextBytesMax = 64 * 1024;
// UTF-8 of what a quote shows of the message that it quotes.
inline constexpr size_t kQuoteBytesMax = 512;
// How long after it was sent a message can be given another text, and be deleted for everybody (EDIT-1, EDIT-2).
inline constexpr uint64_t kEditSeconds = 15 * 60;
inline constexpr uint64_t kDeleteSeconds = 2 * 24 * 3600;
// To how many conversations messages are forwarded at a time; and how often one was on its way that goes to one
// conversation at a time from then on (FORWARD-1).
inline constexpr size_t kForwardConversationsMax = 5;
inline constexpr uint32_t kForwardsFar = 5;
// Messages that are shown at the top of a conversation (PIN-1).
inline constexpr size_t kPinnedMessagesMax = 3;
// UTF-8 of one emoji that somebody reacts with: the longest that there are have 41.
inline constexpr size_t kEmojiBytesMax = 64;
// Devices of one account.
inline constexpr size_t kDevicesMax = 5;
// A content.Sealed for one device: the longest text with the longest quote, padded, encrypted in a new session. (It has
// 66,735 bytes today; the rest is for larger handshakes.)
inline constexpr size_t kEnvelopeBytesMax = 68 * 1024;
// One frame, in either direction: a Send of the largest envelopes to all devices of an account, or a Deliver.
inline constexpr size_t kFrameBytesMax = 384 * 1024;
static_assert(kDevicesMax * (kEnvelopeBytesMax + 32) + 1024 <= kFrameBytesMax, "a Send of the largest envelopes");

// Sends of one frame.
inline constexpr size_t kSendsMax = 64;
// Entries that a Confirm or Hello withholds (TICK-1).
inline constexpr size_t kWithheldMax = 256;
// Of a body that a native client sends or takes in pieces (net/client_network.h): a piece of it.
inline constexpr size_t kTransferPieceBytesMax = 64 * 1024;
// A sealed file (crypto/media.h): what is encrypted at a time, and how long that is then.
inline constexpr size_t kMediaChunkBytes = 64 * 1024;
inline constexpr size_t kMediaSealedChunkBytes = kMediaChunkBytes + 16;
// The largest file, before it is sealed; a server may allow less.
inline constexpr uint64_t kFileBytesMax = uint64_t{2} * 1024 * 1024 * 1024;
// What of a sealed file goes up in one request, as a browser sends only what it has whole.
inline constexpr uint64_t kFilePartBytesMax = 8 * 1024 * 1024;
// What a message says about its file: UTF-8 of the text under it, of its name and of its type; a small picture of it,
// in bytes of a JPEG, PNG or WebP and as a thumbhash; the bars of a recording's waveform.
inline constexpr size_t kCaptionBytesMax = 8 * 1024;
inline constexpr size_t kFileNameBytesMax = 255;
inline constexpr size_t kMimeTypeBytesMax = 127;
inline constexpr size_t kThumbnailBytesMax = 24 * 1024;
inline constexpr size_t kThumbhashBytesMax = 32;
inline constexpr size_t kWaveformBars = 64;
// What a text says of a link in it (PREVIEW-1): UTF-8 of its address, and of what is shown of where it leads.
inline constexpr size_t kLinkUrlBytesMax = 2048;
inline constexpr size_t kPreviewTitleBytesMax = 512;
inline constexpr size_t kPreviewDescriptionBytesMax = 1024;
// What a server fetches of a page and of a picture, decoded, for such a preview (PREVIEW-2); and what it says of their
// type.
inline constexpr size_t kLinkPageBytesMax = 512 * 1024;
inline constexpr size_t kLinkPictureBytesMax = 2 * 1024 * 1024;
inline constexpr size_t kContentTypeBytesMax = 255;
// Pixels of a picture's longer side, as a message says it.
inline constexpr uint32_t kPixelsMax = 65535;
// How long a server keeps a file that nobody asks for.
inline constexpr uint64_t kFileLifeSeconds = 30 * 24 * 3600;
// A mailbox through which a device is linked (LINK-1): its slots, numbered from 1, what one holds, and how long it is
// there.
inline constexpr uint32_t kLinkSlots = 8;
inline constexpr size_t kLinkPayloadBytesMax = 4096;
inline constexpr uint32_t kLinkLifeSeconds = 600;
// How long an entry lies in an inbox at most, where no operator says otherwise (INBOX-1). So long a device list names
// the devices that were removed (DEVICE-10), and so many of them.
inline constexpr uint64_t kInboxLifeSeconds = 30 * 24 * 3600;
inline constexpr size_t kRemovedDevicesMax = 16;
// A linked device that nobody has used for so many days is ended by the first one, which has said so a week before
// (DEVICE-11).
inline constexpr uint32_t kIdleDeviceDays = 45;
inline constexpr uint32_t kIdleDeviceNoticeDays = 38;
// Members of a group, of which a server may allow fewer, people who wait to be let in, and what is sealed of its title,
// description and icon.
inline constexpr size_t kGroupMembersMax = 1024;
inline constexpr size_t kGroupApplicantsMax = 256;
inline constexpr size_t kGroupInfoBytesMax = 2048;
// A serialized change to a group (GROUP-2). The largest makes a group of kGroupMembersMax members.
inline constexpr size_t kGroupChangeBytesMax = 24 * 1024;
static_assert(kGroupMembersMax * (16 + 2) + kGroupInfoBytesMax + 1024 <= kGroupChangeBytesMax);
// A device list's revision: what SQL and JavaScript hold exactly (DEVICE-1).
inline constexpr uint64_t kRevisionMax = (uint64_t{1} << 53) - 1;

// Lists of conversations that a person makes, and what one is called, in characters (LISTS-1).
inline constexpr size_t kListsMax = 20;
inline constexpr size_t kListNameCharactersMax = 40;
// What a profile says, in characters.
inline constexpr size_t kNameCharactersMax = 64;
inline constexpr size_t kAboutCharactersMax = 140;
inline constexpr size_t kDeviceNameBytesMax = 64;
// What a profile has of its photo, and that photo, sealed (PHOTO-1).
inline constexpr size_t kProfilePhotoReferenceBytesMax = 256;
inline constexpr uint64_t kProfilePhotoBytesMax = 256 * 1024;
inline constexpr size_t kProfileKeyBytes = 32;
// A registration PIN, in characters and in UTF-8.
inline constexpr size_t kPinCharactersMin = 4;
inline constexpr size_t kPinCharactersMax = 64;
inline constexpr size_t kPinBytesMax = 4 * kPinCharactersMax;

// What a person is found by (base/handle.h), in bytes of its canonical text; a username without its "@".
inline constexpr size_t kHandleBytesMax = 254;
inline constexpr size_t kUsernameBytesMin = 3;
inline constexpr size_t kUsernameBytesMax = 32;
// Handles of one account.
inline constexpr size_t kHandlesMax = 8;
// Handles of one lookup.
inline constexpr size_t kLookupMax = 500;
// Accounts of a list that privacy settings name: contacts, or who is blocked.
inline constexpr size_t kPrivacyListMax = 5000;

}  // namespace kith
