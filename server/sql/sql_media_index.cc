// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_media_index.h"

#include <algorithm>

#include "server/sql/sql_connection.h"

namespace kith {

namespace {

const SqlRow kFile{"files", {"file"}, {"holders", "size", "state", "created_at", "expires_at"}};
const SqlRow kHolder{"file_holders", {"file", "account"}, {}};
const SqlRow kCount{"file_counts", {"account"}, {"bytes", "uploads"}};
const SqlRow kTotals{"file_totals", {"only_one"}, {"files", "bytes", "uploads"}};

// files.state
constexpr long long kUploading = 0;
constexpr long long kWhole = 1;
constexpr long long kGoingWhole = 2;   // let go, when all of it was there
constexpr long long kGoingUpload = 3;  // and when not

uint64_t number_of(long long column) { return static_cast<uint64_t>(column); }
// A bound as a column can be compared with.
long long bound_of(uint64_t bound) { return static_cast<long long>(std::min<uint64_t>(bound, INT64_MAX)); }

struct FileRow {
  long long holders = 0;
  long long size = 0;
  long long state = 0;
  long long created_at = 0;
  long long expires_at = 0;

  [[nodiscard]] bool is_going() const { return state >= kGoingWhole; }
  [[nodiscard]] FileRecord record() const {
    return {number_of(size), state == kWhole, {number_of(created_at)}, {number_of(expires_at)}};
  }
};

std::optional<FileRow> load(SqlConnection& connection, const std::string& file) {
  FileRow row;
  if (!connection.query("SELECT holders, size, state, created_at, expires_at FROM files WHERE file = :file")
           .in(file)
           .out(row.holders)
           .out(row.size)
           .out(row.state)
           .out(row.created_at)
           .out(row.expires_at)
           .fetch()) {
    return std::nullopt;
  }
  return row;
}

bool is_holder(SqlConnection& connection, const std::string& file, const AccountId& account) {
  long long one = 0;
  return connection.query("SELECT 1 FROM file_holders WHERE file = :file AND account = :account")
      .in(file)
      .in(account)
      .out(one)
      .fetch();
}

MediaIndex::Usage load_usage(SqlConnection& connection, const AccountId& account) {
  long long bytes = 0, uploads = 0;
  connection.query("SELECT bytes, uploads FROM file_counts WHERE account = :account")
      .in(account)
      .out(bytes)
      .out(uploads)
      .fetch();
  return {number_of(bytes), number_of(uploads)};
}

// A file is a row of its own, as is what an account has, and what all have: whoever changes one has it to himself until
// he commits. So a bound is held by one statement, whoever else writes.
MediaIndex::Made count_of_account(SqlConnection& connection, const AccountId& account, uint64_t size, int uploads,
                                  const MediaIndex::Bounds& bounds) {
  using Made = MediaIndex::Made;
  if (size > bounds.account_bytes_max) return Made::kQuotaExceeded;
  connection.insert_if_absent(kCount).in(account).in(0).in(0).run();
  const bool has_room = connection
                            .query(
                                "UPDATE file_counts SET bytes = bytes + :size, uploads = uploads + :more"
                                " WHERE account = :account AND bytes <= :most AND uploads <= :uploads")
                            .in(size)
                            .in(uploads)
                            .in(account)
                            .in(bound_of(bounds.account_bytes_max - size))
                            .in(uploads == 0 ? INT64_MAX : int64_t{bounds.uploads_max} - uploads)
                            .run_counted() == 1;
  if (has_room) return Made::kMade;
  const bool too_many = uploads != 0 && load_usage(connection, account).uploads >= bounds.uploads_max;
  return too_many ? Made::kTooManyUploads : Made::kQuotaExceeded;
}

MediaIndex::Made count_of_all(SqlConnection& connection, uint64_t size, const MediaIndex::Bounds& bounds) {
  using Made = MediaIndex::Made;
  const uint64_t all_max = bounds.server_bytes_max != 0 ? bounds.server_bytes_max : INT64_MAX;
  if (size > all_max) return Made::kServerFull;
  connection.insert_if_absent(kTotals).in(1).in(0).in(0).in(0).run();
  const bool has_room = connection
                            .query(
                                "UPDATE file_totals SET files = files + 1, bytes = bytes + :size,"
                                " uploads = uploads + 1 WHERE bytes <= :most")
                            .in(size)
                            .in(bound_of(all_max - size))
                            .run_counted() == 1;
  return has_room ? Made::kMade : Made::kServerFull;
}

void count_one_upload_fewer(SqlConnection& connection, const std::string& file) {
  connection
      .query(
          "UPDATE file_counts SET uploads = uploads - 1"
          " WHERE account IN (SELECT account FROM file_holders WHERE file = :file)")
      .in(file)
      .run();
  connection.query("UPDATE file_totals SET uploads = uploads - 1").run();
}

// The bytes of those that hold it are theirs no more, nor is the file.
void give_back(SqlConnection& connection, const std::string& file, long long size, long long uploads) {
  connection
      .query(
          "UPDATE file_counts SET bytes = bytes - :size, uploads = uploads - :uploads"
          " WHERE account IN (SELECT account FROM file_holders WHERE file = :file)")
      .in(size)
      .in(uploads)
      .in(file)
      .run();
  connection
      .query(
          "DELETE FROM file_counts WHERE bytes = 0 AND uploads = 0"
          " AND account IN (SELECT account FROM file_holders WHERE file = :file)")
      .in(file)
      .run();
  connection.query("DELETE FROM file_holders WHERE file = :file").in(file).run();
}
void give_back(SqlConnection& connection, const AccountId& account, long long size, long long uploads) {
  connection
      .query("UPDATE file_counts SET bytes = bytes - :size, uploads = uploads - :uploads WHERE account = :account")
      .in(size)
      .in(uploads)
      .in(account)
      .run();
  connection.query("DELETE FROM file_counts WHERE account = :account AND bytes = 0 AND uploads = 0").in(account).run();
}

void prolong_now(SqlConnection& connection, const std::string& file, UnixMicros expires_at) {
  connection.query("UPDATE files SET expires_at = :expires WHERE file = :file AND expires_at < :before")
      .in(expires_at.value)
      .in(file)
      .in(expires_at.value)
      .run();
}

// An answer other than kMade and kThere: what was written is to be taken back.
Result<MediaIndex::MakeAnswer, StoreError> make_now(SqlConnection& connection, const std::string& file,
                                                    const MediaIndex::Wish& wish, const MediaIndex::Bounds& bounds) {
  using Made = MediaIndex::Made;
  const auto hold = [&] { return connection.insert_if_absent(kHolder).in(file).in(wish.account).run_counted() == 1; };
  const bool is_new = connection.insert_if_absent(kFile)
                          .in(file)
                          .in(1)
                          .in(wish.size)
                          .in(kUploading)
                          .in(wish.now.value)
                          .in(wish.upload_until.value)
                          .run_counted() == 1;
  if (is_new) {
    hold();
    Made made = count_of_account(connection, wish.account, wish.size, 1, bounds);
    if (made == Made::kMade) made = count_of_all(connection, wish.size, bounds);
    return MediaIndex::MakeAnswer{made, {wish.size, false, wish.now, wish.upload_until}};
  }
  // Counted first, so that nobody lets it go meanwhile.
  const bool is_whole =
      connection.query("UPDATE files SET holders = holders + 1 WHERE file = :file AND size = :size AND state = :whole")
          .in(file)
          .in(wish.size)
          .in(kWhole)
          .run_counted() == 1;
  if (is_whole) {
    if (hold()) {
      const Made made = count_of_account(connection, wish.account, wish.size, 0, bounds);
      if (made != Made::kMade) return MediaIndex::MakeAnswer{made, {}};
    } else {
      connection.query("UPDATE files SET holders = holders - 1 WHERE file = :file").in(file).run();
    }
    prolong_now(connection, file, wish.whole_until);
  }
  const auto row = load(connection, file);
  if (!row) return Fail(StoreError::kUnavailable);  // forgotten at this very moment
  if (row->is_going()) return MediaIndex::MakeAnswer{Made::kGoing, {}};
  if (number_of(row->size) != wish.size || !is_holder(connection, file, wish.account))
    return MediaIndex::MakeAnswer{Made::kTaken, {}};
  return MediaIndex::MakeAnswer{Made::kThere, row->record()};
}

Result<bool, StoreError> let_go_now(SqlConnection& connection, const std::string& file, const AccountId& account,
                                    UnixMicros now) {
  const bool is_there = connection.query("UPDATE files SET holders = holders - 1 WHERE file = :file AND state < 2")
                            .in(file)
                            .run_counted() == 1;
  if (!is_there) return Fail(StoreError::kNotFound);
  const bool has_held = connection.query("DELETE FROM file_holders WHERE file = :file AND account = :account")
                            .in(file)
                            .in(account)
                            .run_counted() == 1;
  if (!has_held) return Fail(StoreError::kConflict);  // takes it back
  const auto row = load(connection, file);
  if (!row) return Fail(StoreError::kDamaged);
  const bool is_upload = row->state == kUploading;
  give_back(connection, account, row->size, is_upload ? 1 : 0);
  if (row->holders > 0) return false;
  connection.query("UPDATE files SET state = :going, expires_at = :again WHERE file = :file")
      .in(is_upload ? kGoingUpload : kGoingWhole)
      .in(now.value + MediaIndex::kAgainMicros)
      .in(file)
      .run();
  return true;
}

void forget_now(SqlConnection& connection, const std::string& file) {
  const auto row = load(connection, file);
  if (!row || !row->is_going()) return;
  // Whoever else forgets it counts nothing twice: one of both removes the row.
  if (connection.query("DELETE FROM files WHERE file = :file AND state = :state")
          .in(file)
          .in(row->state)
          .run_counted() != 1)
    return;
  const long long uploads = row->state == kGoingUpload ? 1 : 0;
  give_back(connection, file, row->size, uploads);
  connection.query("UPDATE file_totals SET files = files - 1, bytes = bytes - :size, uploads = uploads - :uploads")
      .in(row->size)
      .in(uploads)
      .run();
}

}  // namespace

SqlMediaIndex::SqlMediaIndex(SqlDatabase& database) : database_(database) {
  (void)database_.write_and_wait([this](SqlConnection& connection) { note_totals(connection); });
}

void SqlMediaIndex::note_totals(SqlConnection& connection) {
  long long files = 0, bytes = 0, uploads = 0;
  connection.query("SELECT files, bytes, uploads FROM file_totals").out(files).out(bytes).out(uploads).fetch();
  const std::lock_guard lock(mutex_);
  totals_ = {number_of(files), number_of(bytes), number_of(uploads)};
}

MediaIndex::Totals SqlMediaIndex::totals() const {
  const std::lock_guard lock(mutex_);
  return totals_;
}

Task<Result<MediaIndex::MakeAnswer, StoreError>> SqlMediaIndex::make(FileId file, Wish wish, Bounds bounds) {
  MakeAnswer refused;
  Task<Result<MakeAnswer, StoreError>> writing = database_.write(
      [this, file = file.hex(), &wish, &bounds, &refused](SqlConnection& connection) -> Result<MakeAnswer, StoreError> {
        auto answer = make_now(connection, file, wish, bounds);
        if (answer && answer->made == Made::kMade) note_totals(connection);
        if (!answer || answer->made == Made::kMade || answer->made == Made::kThere) return answer;
        refused.made = answer->made;
        return Fail(StoreError::kOverShare);  // takes all of it back
      });
  auto answer = co_await std::move(writing);
  if (!answer && answer.error() == StoreError::kOverShare) co_return refused;
  co_return answer;
}

Task<Result<FileRecord, StoreError>> SqlMediaIndex::find(FileId file) {
  return database_.read([file = file.hex()](SqlConnection& connection) -> Result<FileRecord, StoreError> {
    const auto row = load(connection, file);
    if (!row || row->is_going()) return Fail(StoreError::kNotFound);
    return row->record();
  });
}

Task<Result<FileRecord, StoreError>> SqlMediaIndex::find_held(FileId file, AccountId account) {
  return database_.read([file = file.hex(), account](SqlConnection& connection) -> Result<FileRecord, StoreError> {
    const auto row = load(connection, file);
    if (!row || row->is_going()) return Fail(StoreError::kNotFound);
    if (!is_holder(connection, file, account)) return Fail(StoreError::kConflict);
    return row->record();
  });
}

Task<Result<void, StoreError>> SqlMediaIndex::finish(FileId file, UnixMicros expires_at) {
  return database_.write([this, file = file.hex(), expires_at](SqlConnection& connection) -> Result<void, StoreError> {
    const bool finished =
        connection.query("UPDATE files SET state = 1 WHERE file = :file AND state = 0").in(file).run_counted() == 1;
    const auto row = load(connection, file);
    if (!row || row->is_going()) return Fail(StoreError::kNotFound);
    prolong_now(connection, file, expires_at);
    if (finished) {
      count_one_upload_fewer(connection, file);
      note_totals(connection);
    }
    return {};
  });
}

Task<Result<void, StoreError>> SqlMediaIndex::prolong(FileId file, UnixMicros expires_at) {
  return database_.write([file = file.hex(), expires_at](SqlConnection& connection) -> Result<void, StoreError> {
    const long long prolonged =
        connection
            .query("UPDATE files SET expires_at = :expires WHERE file = :file AND state < 2 AND expires_at < :before")
            .in(expires_at.value)
            .in(file)
            .in(expires_at.value)
            .run_counted();
    if (prolonged == 1) return {};
    const auto row = load(connection, file);
    if (!row || row->is_going()) return Fail(StoreError::kNotFound);
    return {};
  });
}

Task<Result<bool, StoreError>> SqlMediaIndex::let_go(FileId file, AccountId account, UnixMicros now) {
  return database_.write([file = file.hex(), account, now](SqlConnection& connection) {
    return let_go_now(connection, file, account, now);
  });
}

Task<Result<std::vector<FileId>, StoreError>> SqlMediaIndex::take_due(UnixMicros now, size_t count_max) {
  return database_.write([now, count_max](SqlConnection& connection) -> Result<std::vector<FileId>, StoreError> {
    struct Due {
      std::string file;
      long long state = 0;
      long long expires_at = 0;
    };
    std::vector<Due> due;
    {
      Due one;
      auto rows = connection.query(
          "SELECT file, state, expires_at FROM files WHERE expires_at <= :now ORDER BY expires_at LIMIT :most");
      rows.in(now.value).in(count_max).out(one.file).out(one.state).out(one.expires_at);
      while (rows.fetch()) due.push_back(one);
    }
    std::vector<FileId> taken;
    for (const Due& one : due) {
      const long long next = one.state == kUploading ? kGoingUpload : one.state == kWhole ? kGoingWhole : one.state;
      // Not what was prolonged or taken by others since it was read.
      const bool is_taken =
          connection
              .query(
                  "UPDATE files SET state = :next, expires_at = :again WHERE file = :file AND state = :before"
                  " AND expires_at = :due")
              .in(next)
              .in(now.value + kAgainMicros)
              .in(one.file)
              .in(one.state)
              .in(one.expires_at)
              .run_counted() == 1;
      if (const auto id = FileId::from_hex(one.file); id && is_taken) taken.push_back(*id);
    }
    return taken;
  });
}

Task<Result<void, StoreError>> SqlMediaIndex::forget(FileId file) {
  return database_.write([this, file = file.hex()](SqlConnection& connection) -> Result<void, StoreError> {
    forget_now(connection, file);
    note_totals(connection);
    return {};
  });
}

Task<Result<MediaIndex::Usage, StoreError>> SqlMediaIndex::usage(AccountId account) {
  return database_.read(
      [account](SqlConnection& connection) -> Result<Usage, StoreError> { return load_usage(connection, account); });
}

}  // namespace kith
