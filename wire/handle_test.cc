// SPDX-License-Identifier: AGPL-3.0-or-later

#include "wire/handle.h"

#include <gtest/gtest.h>

namespace kith {
namespace {

TEST(WireHandle, CarriesEachKindThereAndBack_HANDLE_1) {
  for (const char* const text : {"+491700000001", "ana@example.org", "@ana"}) {
    const Handle handle = *Handle::from_text(text);
    EXPECT_EQ(read_handle(to_wire(handle)), handle) << text;
  }
  EXPECT_EQ(to_wire(*Handle::from_text("@ana")).username(), "ana");
  EXPECT_EQ(to_wire(Handle()).kind_case(), wire::Handle::KIND_NOT_SET);
}

TEST(WireHandle, IsNoneWhenItsValueIsNot_HANDLE_1) {
  EXPECT_FALSE(read_handle({}));
  wire::Handle handle;
  for (const char* const phone : {"", "+", "491700000001", "01700000001", "+49 170 0000001", "+49170000000a", "+491",
                                  "+999999999999", "+4917000000011234567", "tel:+491700000001", "+491700000001;ext=5",
                                  "+00491700000001", "ana@example.org", "@ana"}) {
    handle.set_phone(phone);
    EXPECT_FALSE(read_handle(handle)) << phone;
  }
  handle.set_phone("+14155550123");
  EXPECT_EQ(read_handle(handle), Handle::from_text("+14155550123"));
  handle.set_email("@ana");
  EXPECT_FALSE(read_handle(handle));
  handle.set_email("Ana@Example.org");
  EXPECT_EQ(read_handle(handle), Handle::from_text("ana@example.org"));
  for (const char* const username : {"", "an", "@ana", "ana@example.org", "+491700000001"}) {
    handle.set_username(username);
    EXPECT_FALSE(read_handle(handle)) << username;
  }
}

}  // namespace
}  // namespace kith
