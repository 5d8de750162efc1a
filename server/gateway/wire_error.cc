// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/wire_error.h"

namespace kith::gateway {
namespace {

using wire::CloseCode;

struct Meaning {
  int http_status;
  CloseCode close_code;
};

// No default: a new error is a warning here until it has its line.
Meaning meaning_of(wire::ErrorCode code) {
  switch (code) {
    case wire::kMalformed: return {400, CloseCode::kInvalidPayload};
    case wire::kUnsupportedVersion: return {400, CloseCode::kPolicyViolation};
    case wire::kUnauthenticated: return {401, CloseCode::kPolicyViolation};
    case wire::kUnknownDevice: return {401, CloseCode::kTryAgainLater};
    case wire::kOtherServer: return {421, CloseCode::kTryAgainLater};
    case wire::kReplaced: return {409, CloseCode::kPolicyViolation};
    case wire::kTooManyConnections: return {429, CloseCode::kTryAgainLater};
    case wire::kRateLimited: return {429, CloseCode::kPolicyViolation};
    case wire::kTooLarge: return {413, CloseCode::kTooBig};
    case wire::kNoSuchAccount: return {404, CloseCode::kPolicyViolation};
    case wire::kNoSuchDevice: return {404, CloseCode::kPolicyViolation};
    case wire::kStaleDevices:
    case wire::kStaleGroup: return {409, CloseCode::kPolicyViolation};
    case wire::kQuotaExceeded: return {507, CloseCode::kPolicyViolation};
    case wire::kInboxFull: return {507, CloseCode::kTryAgainLater};
    case wire::kServerFull: return {507, CloseCode::kTryAgainLater};
    case wire::kUnavailable: return {503, CloseCode::kTryAgainLater};
    case wire::kInternal: return {500, CloseCode::kInternalError};
    case wire::kNotFound: return {404, CloseCode::kPolicyViolation};
    case wire::kInvalidHandle: return {422, CloseCode::kPolicyViolation};
    case wire::kWrongCode: return {403, CloseCode::kPolicyViolation};
    case wire::kCodeExpired: return {403, CloseCode::kPolicyViolation};
    case wire::kTooManyAttempts: return {429, CloseCode::kPolicyViolation};
    case wire::kPinRequired: return {403, CloseCode::kPolicyViolation};
    case wire::kWrongPin: return {403, CloseCode::kPolicyViolation};
    case wire::kInvalidSignature: return {422, CloseCode::kPolicyViolation};
    case wire::kUnsupportedTarget: return {501, CloseCode::kPolicyViolation};
    case wire::kLinkSlotTaken: return {409, CloseCode::kPolicyViolation};
    case wire::kTooManyDevices: return {409, CloseCode::kPolicyViolation};
    case wire::kNoSuchGroup: return {404, CloseCode::kPolicyViolation};
    case wire::kNotAllowed: return {403, CloseCode::kPolicyViolation};
    case wire::kNoSuchMember: return {409, CloseCode::kPolicyViolation};
    case wire::kAlreadyMember: return {409, CloseCode::kPolicyViolation};
    case wire::kTooManyMembers: return {409, CloseCode::kPolicyViolation};
    case wire::kTooManyGroups: return {409, CloseCode::kPolicyViolation};
    case wire::kCannotBeAdded: return {409, CloseCode::kPolicyViolation};
    case wire::kInvalidRevision: return {409, CloseCode::kPolicyViolation};
    case wire::kWrongOffset: return {409, CloseCode::kPolicyViolation};
    case wire::kNoLinkFetching: return {403, CloseCode::kPolicyViolation};
    case wire::kLinkRefused: return {422, CloseCode::kPolicyViolation};
    case wire::kLinkUnreachable: return {502, CloseCode::kPolicyViolation};
    case wire::kLinkWrongType: return {422, CloseCode::kPolicyViolation};
    case wire::kInvalidArgument: return {422, CloseCode::kPolicyViolation};
    case wire::kErrorUnspecified:
    case wire::ErrorCode_INT_MIN_SENTINEL_DO_NOT_USE_:
    case wire::ErrorCode_INT_MAX_SENTINEL_DO_NOT_USE_: break;
  }
  return {500, CloseCode::kInternalError};
}

}  // namespace

int http_status_of(wire::ErrorCode code) { return meaning_of(code).http_status; }
wire::CloseCode close_code_of(wire::ErrorCode code) { return meaning_of(code).close_code; }

Refusal refusal_of(EndReason reason) {
  switch (reason) {
    case EndReason::kReplaced: return {wire::kReplaced, "the device has connected again", 0};
    case EndReason::kDeviceEnded: return {wire::kUnauthenticated, "the device was ended", 0};
    case EndReason::kHomeMoved: return {wire::kUnavailable, "the account has another home; connect again", 0};
    case EndReason::kStoreAway: return {wire::kUnavailable, "the inbox store is away", 0};
    case EndReason::kAsksForTheGone: return {wire::kUnavailable, "older entries are gone; connect again", 0};
    case EndReason::kAsksTooOften: return {wire::kRateLimited, "the inbox is asked for too often", 0};
    case EndReason::kChangesTooOften: return {wire::kRateLimited, "comes and goes too often", 0};
  }
  return {};
}

}  // namespace kith::gateway
