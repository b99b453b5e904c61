#include "vitrion/dft/database.hpp"

#include <stdexcept>

#include "vitrion/core/error.hpp"

namespace vitrion::dft {
namespace {

std::string file_of(sqlite3* database) {
  const char* file = sqlite3_db_filename(database, "main");
  return file != nullptr ? file : "the queue";
}

}  // namespace

Statement::Statement(const Database& database, const char* sql) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(database.handle(), sql, -1, &prepared, nullptr) != SQLITE_OK) database.fail(sql);
  statement_.reset(prepared);
}

namespace {

void refuse_damaged(sqlite3* database, const std::string& file) {
  const int code = sqlite3_errcode(database);
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
    throw InputError(Location{file}, std::string("is damaged, or no queue: ") + sqlite3_errmsg(database),
                     "Take a copy of it from before. What of it can still be read: sqlite3 FILE .recover");
}

[[noreturn]] void fail_at(sqlite3_stmt* statement) {
  sqlite3* database = sqlite3_db_handle(statement);
  const std::string file = file_of(database);
  refuse_damaged(database, file);
  throw std::runtime_error(file + ": " + sqlite3_errmsg(database));
}

}  // namespace

std::string Statement::file() const {
  return file_of(sqlite3_db_handle(statement_.get()));
}

Statement& Statement::bind(std::int64_t value) {
  if (sqlite3_bind_int64(statement_.get(), ++bound_, value) != SQLITE_OK) fail_at(statement_.get());
  return *this;
}

Statement& Statement::bind(double value) {
  if (sqlite3_bind_double(statement_.get(), ++bound_, value) != SQLITE_OK) fail_at(statement_.get());
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  if (sqlite3_bind_text64(statement_.get(), ++bound_, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) !=
      SQLITE_OK)
    fail_at(statement_.get());
  return *this;
}

Statement& Statement::bind(std::nullopt_t) {
  if (sqlite3_bind_null(statement_.get(), ++bound_) != SQLITE_OK) fail_at(statement_.get());
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  fail_at(statement_.get());
}

void Statement::run() {
  while (step()) {
  }
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

Database::Database(const std::filesystem::path& file) : file_(file.string()) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(file_.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  handle_.reset(opened);
  if (result != SQLITE_OK) fail("cannot be opened");
  sqlite3_busy_timeout(handle_.get(), 60000);
  // A label that was reported as done is on the disk. The rollback journal, unlike the write-ahead log, also works
  // where processes of several machines share a file system that keeps locks.
  execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
}

void Database::execute(const char* sql) const {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

void Database::fail(const char* what) const {
  if (handle_) refuse_damaged(handle_.get(), file_);
  throw std::runtime_error(file_ + ": " + (handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory") + " (" + what +
                           ")");
}

Transaction::Transaction(const Database& database) : database_(database) {
  // Takes the write lock at once: a reader that becomes a writer could not wait for another one.
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace vitrion::dft
