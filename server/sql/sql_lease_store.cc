// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_lease_store.h"

#include "server/sql/sql_connection.h"

namespace kith {

namespace {

const SqlRow kLease{"leases", {"name"}, {"holder", "ends_at"}};

}  // namespace

Task<Result<bool, StoreError>> SqlLeaseStore::take(std::string name, UnixMicros now, uint64_t life_us) {
  return database_.write([this, name = std::move(name), now,
                          ends_at = now.value + life_us](SqlConnection& connection) -> Result<bool, StoreError> {
    connection.insert_if_absent(kLease).in(name).in(holder_).in(ends_at).run();
    connection
        .query(
            "UPDATE leases SET holder = :holder, ends_at = :ends_at WHERE name = :name AND"
            " (holder = :same_holder OR ends_at <= :now OR ends_at > :latest)")
        .in(holder_)
        .in(ends_at)
        .in(name)
        .in(holder_)
        .in(now.value)
        .in(ends_at)
        .run();
    // The row is locked now; what the statement has changed need not count when it was so before.
    std::string holder;
    connection.query("SELECT holder FROM leases WHERE name = :name").in(name).out(holder).fetch();
    return holder == holder_;
  });
}

}  // namespace kith
