// SPDX-License-Identifier: AGPL-3.0-or-later

#include <sqlite3.h>

#include <cstdio>
#include <memory>

#include "bench/accounts.h"
#include "crypto/testing/seeded_random.h"

namespace kith::bench {
namespace {

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

class Copier {
 public:
  bool open(const std::string& file, const std::string& account) {
    sqlite3* database = nullptr;
    const int opened = sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr);
    database_.reset(database);
    const std::string where = " WHERE account = '" + account + "'";
    if (opened != SQLITE_OK || !run("BEGIN") || !run("CREATE TEMP TABLE one AS SELECT * FROM accounts" + where) ||
        !run("CREATE TEMP TABLE its_handle AS SELECT * FROM handles" + where) ||
        !run("CREATE TEMP TABLE its_device AS SELECT * FROM devices" + where)) {
      return failed();
    }
    name_ = prepare("UPDATE one SET account = ?");
    name_handle_ = prepare("UPDATE its_handle SET account = ?, handle = ?");
    name_device_ = prepare("UPDATE its_device SET account = ?");
    insert_ = prepare("INSERT INTO accounts SELECT * FROM one");
    insert_handle_ = prepare("INSERT INTO handles SELECT * FROM its_handle");
    insert_device_ = prepare("INSERT INTO devices SELECT * FROM its_device");
    return (name_ && name_handle_ && name_device_ && insert_ && insert_handle_ && insert_device_) || failed();
  }
  bool add(const std::string& account, const std::string& phone) {
    return (step(*name_, {account}) && step(*name_handle_, {account, phone}) && step(*name_device_, {account}) &&
            step(*insert_, {}) && step(*insert_handle_, {}) && step(*insert_device_, {})) ||
           failed();
  }
  bool commit() { return run("COMMIT") || failed(); }

 private:
  bool run(const std::string& sql) {
    return sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  }
  Statement prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr);
    return {statement, sqlite3_finalize};
  }
  static bool step(sqlite3_stmt& statement, std::initializer_list<std::string> values) {
    int index = 0;
    for (const std::string& value : values)
      sqlite3_bind_text(&statement, ++index, value.c_str(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    const bool done = sqlite3_step(&statement) == SQLITE_DONE;
    sqlite3_reset(&statement);
    return done;
  }
  bool failed() {
    std::fprintf(stderr, "accounts: %s\n", sqlite3_errmsg(database_.get()));
    return false;
  }

  Database database_{nullptr, sqlite3_close};
  Statement name_{nullptr, sqlite3_finalize};
  Statement name_handle_{nullptr, sqlite3_finalize};
  Statement name_device_{nullptr, sqlite3_finalize};
  Statement insert_{nullptr, sqlite3_finalize};
  Statement insert_handle_{nullptr, sqlite3_finalize};
  Statement insert_device_{nullptr, sqlite3_finalize};
};

}  // namespace

std::optional<std::vector<BenchAccount>> copy_account(const std::string& accounts_file, const BenchAccount& like,
                                                      size_t count) {
  Copier copier;
  if (!copier.open(accounts_file, like.id.hex())) return std::nullopt;
  crypto::SeededRandom random(2);
  std::vector<BenchAccount> accounts;
  accounts.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    BenchAccount& account = accounts.emplace_back(like);
    account.id = random.id<AccountId>();
    account.token.replace(0, AccountId::kBytes, account.id.bytes());
    if (!copier.add(account.id.hex(), "+4915" + std::to_string(100'000'000 + i))) return std::nullopt;
  }
  if (!copier.commit()) return std::nullopt;
  return accounts;
}

}  // namespace kith::bench
