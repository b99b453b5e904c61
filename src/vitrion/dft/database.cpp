#include "vitrion/dft/database.hpp"

#include <sqlite3.h>

#include <stdexcept>

#include "vitrion/core/error.hpp"

namespace vitrion::dft {
namespace {

constexpr int patience_ms = 60000;

template <class Work>
auto with_errors_of(const std::string& file, Work work) {
  try {
    return work();
  } catch (const SQLite::Exception& e) {
    if (e.getErrorCode() == SQLITE_NOTADB || e.getErrorCode() == SQLITE_CORRUPT)
      throw InputError(Location{file}, std::string("is damaged, or no queue: ") + e.what(),
                       "Take a copy of it from before. What of it can still be read: sqlite3 FILE .recover");
    throw std::runtime_error(file + ": " + e.what());
  }
}

}  // namespace

Statement::Statement(const Database& database, const char* sql)
    : database_(database),
      statement_(with_errors_of(database.file(), [&] { return SQLite::Statement(database.handle_, sql); })) {}

const std::string& Statement::file() const {
  return database_.file();
}

Statement& Statement::bind(std::int64_t value) {
  with_errors_of(file(), [&] { statement_.bind(++bound_, value); });
  return *this;
}

Statement& Statement::bind(double value) {
  with_errors_of(file(), [&] { statement_.bind(++bound_, value); });
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  with_errors_of(file(), [&] { statement_.bind(++bound_, std::string(value)); });
  return *this;
}

Statement& Statement::bind(std::nullopt_t) {
  with_errors_of(file(), [&] { statement_.bind(++bound_); });
  return *this;
}

bool Statement::step() {
  return with_errors_of(file(), [&] { return statement_.executeStep(); });
}

void Statement::run() {
  while (step()) {
  }
}

Database::Database(const std::filesystem::path& file)
    : handle_(with_errors_of(file.string(), [&] {
        return SQLite::Database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, patience_ms);
      })) {
  // A label that was reported as done is on the disk. The rollback journal, unlike the write-ahead log, also works
  // where processes of several machines share a file system that keeps locks.
  execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
}

void Database::execute(const char* sql) {
  with_errors_of(file(), [&] { handle_.exec(sql); });
}

// The write lock is taken at once: a reader that becomes a writer could not wait for another one.
Transaction::Transaction(Database& database)
    : database_(database), transaction_(with_errors_of(database.file(), [&] {
        return SQLite::Transaction(database.handle_, SQLite::TransactionBehavior::IMMEDIATE);
      })) {}

void Transaction::commit() {
  with_errors_of(database_.file(), [&] { transaction_.commit(); });
}

}  // namespace vitrion::dft
