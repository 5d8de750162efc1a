// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_media_index.h"

#include <algorithm>

#include "server/sql/sql_connection.h"

namespace kith {

namespace {

const SqlRow kFile{"files", {"file"}, {"account", "size", "state", "created_at", "expires_at"}};
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
  std::string account;
  long long size = 0;
  long long state = 0;
  long long created_at = 0;
  long long expires_at = 0;

  [[nodiscard]] bool is_going() const { return state >= kGoingWhole; }
  [[nodiscard]] Result<FileRecord, StoreError> record() const {
    const auto id = AccountId::from_hex(account);
    if (!id) return Fail(StoreError::kDamaged);
    return FileRecord{*id, number_of(size), state == kWhole, {number_of(created_at)}, {number_of(expires_at)}};
  }
};

std::optional<FileRow> load(SqlConnection& connection, const std::string& file) {
  FileRow row;
  if (!connection.query("SELECT account, size, state, created_at, expires_at FROM files WHERE file = :file")
           .in(file)
           .out(row.account)
           .out(row.size)
           .out(row.state)
           .out(row.created_at)
           .out(row.expires_at)
           .fetch()) {
    return std::nullopt;
  }
  return row;
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

// What an account has is a row of its own, and what all have another: whoever changes one has it to himself until he
// commits. So a bound is held by one statement, whoever else writes.
MediaIndex::Made count_one_more(SqlConnection& connection, const FileRecord& record, const MediaIndex::Bounds& bounds) {
  using Made = MediaIndex::Made;
  const uint64_t size = record.size;
  if (size > bounds.account_bytes_max) return Made::kQuotaExceeded;
  connection.insert_if_absent(kCount).in(record.account).in(0).in(0).run();
  const bool has_room = connection
                            .query(
                                "UPDATE file_counts SET bytes = bytes + :size, uploads = uploads + 1"
                                " WHERE account = :account AND bytes <= :most AND uploads < :uploads")
                            .in(size)
                            .in(record.account)
                            .in(bound_of(bounds.account_bytes_max - size))
                            .in(bounds.uploads_max)
                            .run_counted() == 1;
  if (!has_room) {
    const bool too_many = load_usage(connection, record.account).uploads >= bounds.uploads_max;
    return too_many ? Made::kTooManyUploads : Made::kQuotaExceeded;
  }
  const uint64_t all_max = bounds.server_bytes_max != 0 ? bounds.server_bytes_max : INT64_MAX;
  if (size > all_max) return Made::kServerFull;
  connection.insert_if_absent(kTotals).in(1).in(0).in(0).in(0).run();
  const bool all_have_room = connection
                                 .query(
                                     "UPDATE file_totals SET files = files + 1, bytes = bytes + :size,"
                                     " uploads = uploads + 1 WHERE bytes <= :most")
                                 .in(size)
                                 .in(bound_of(all_max - size))
                                 .run_counted() == 1;
  return all_have_room ? Made::kMade : Made::kServerFull;
}

void count_one_upload_fewer(SqlConnection& connection, const std::string& account) {
  connection.query("UPDATE file_counts SET uploads = uploads - 1 WHERE account = :account").in(account).run();
  connection.query("UPDATE file_totals SET uploads = uploads - 1").run();
}

// The row is the caller's until the end of the transaction when it has changed it.
bool let_go_now(SqlConnection& connection, const std::string& file, long long from, long long to, UnixMicros now) {
  return connection.query("UPDATE files SET state = :next, expires_at = :again WHERE file = :file AND state = :before")
             .in(to)
             .in(now.value + MediaIndex::kAgainMicros)
             .in(file)
             .in(from)
             .run_counted() == 1;
}
void let_go_now(SqlConnection& connection, const std::string& file, UnixMicros now) {
  // One that becomes whole between the two statements would be missed by the first of them alone.
  if (!let_go_now(connection, file, kUploading, kGoingUpload, now))
    (void)let_go_now(connection, file, kWhole, kGoingWhole, now);
}

Result<MediaIndex::MakeAnswer, StoreError> make_now(SqlConnection& connection, const std::string& file,
                                                    const FileRecord& record, const MediaIndex::Bounds& bounds,
                                                    MediaIndex::Made& refused) {
  using Made = MediaIndex::Made;
  refused = Made::kMade;
  const bool is_new = connection.insert_if_absent(kFile)
                          .in(file)
                          .in(record.account)
                          .in(record.size)
                          .in(kUploading)
                          .in(record.created_at.value)
                          .in(record.expires_at.value)
                          .run_counted() == 1;
  if (!is_new) {
    const auto row = load(connection, file);
    if (!row) return Fail(StoreError::kUnavailable);  // forgotten at this very moment
    if (row->is_going()) return MediaIndex::MakeAnswer{Made::kGoing, {}};
    const auto there = row->record();
    if (!there) return Fail(there.error());
    if (there->account != record.account || there->size != record.size) return MediaIndex::MakeAnswer{Made::kTaken, {}};
    return MediaIndex::MakeAnswer{Made::kThere, *there};
  }
  refused = count_one_more(connection, record, bounds);
  if (refused != Made::kMade) return Fail(StoreError::kOverShare);  // takes all of it back
  FileRecord made = record;
  made.whole = false;
  return MediaIndex::MakeAnswer{Made::kMade, made};
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
  connection
      .query("UPDATE file_counts SET bytes = bytes - :size, uploads = uploads - :uploads WHERE account = :account")
      .in(row->size)
      .in(uploads)
      .in(row->account)
      .run();
  connection.query("DELETE FROM file_counts WHERE account = :account AND bytes = 0 AND uploads = 0")
      .in(row->account)
      .run();
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

Task<Result<MediaIndex::MakeAnswer, StoreError>> SqlMediaIndex::make(FileId file, FileRecord record, Bounds bounds) {
  Made refused = Made::kMade;
  Task<Result<MakeAnswer, StoreError>> writing =
      database_.write([this, file = file.hex(), &record, &bounds,
                       &refused](SqlConnection& connection) -> Result<MakeAnswer, StoreError> {
        auto answer = make_now(connection, file, record, bounds, refused);
        if (answer && answer->made == Made::kMade) note_totals(connection);
        return answer;
      });
  auto answer = co_await std::move(writing);
  if (!answer && answer.error() == StoreError::kOverShare) co_return MakeAnswer{refused, {}};
  co_return answer;
}

Task<Result<FileRecord, StoreError>> SqlMediaIndex::find(FileId file) {
  return database_.read([file = file.hex()](SqlConnection& connection) -> Result<FileRecord, StoreError> {
    const auto row = load(connection, file);
    if (!row || row->is_going()) return Fail(StoreError::kNotFound);
    return row->record();
  });
}

Task<Result<void, StoreError>> SqlMediaIndex::finish(FileId file, UnixMicros expires_at) {
  return database_.write([this, file = file.hex(), expires_at](SqlConnection& connection) -> Result<void, StoreError> {
    const bool finished =
        connection.query("UPDATE files SET state = 1 WHERE file = :file AND state = 0").in(file).run_counted() == 1;
    const auto row = load(connection, file);
    if (!row || row->is_going()) return Fail(StoreError::kNotFound);
    connection.query("UPDATE files SET expires_at = :expires WHERE file = :file AND expires_at < :before")
        .in(expires_at.value)
        .in(file)
        .in(expires_at.value)
        .run();
    if (finished) {
      count_one_upload_fewer(connection, row->account);
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

Task<Result<void, StoreError>> SqlMediaIndex::let_go(FileId file, UnixMicros now) {
  return database_.write([file = file.hex(), now](SqlConnection& connection) -> Result<void, StoreError> {
    let_go_now(connection, file, now);
    if (!load(connection, file)) return Fail(StoreError::kNotFound);
    return {};
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
