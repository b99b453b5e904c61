// The few calls of SQLite the queue needs, with errors as exceptions.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vitrion::dft {

class Database;

/// One SQL statement: values go in through `bind`, rows come out through `step`.
class Statement {
 public:
  Statement(const Database& database, const char* sql);

  /// The next parameter ("?"), in order.
  Statement& bind(std::int64_t value);
  Statement& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(double value);
  Statement& bind(std::string_view value);
  Statement& bind(std::nullopt_t);

  /// True while there is a row.
  bool step();
  /// For statements without rows.
  void run();

  // Columns of the row, from 0; NULL reads as 0 or empty.
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  double number(int column) const { return sqlite3_column_double(statement_.get(), column); }
  std::string text(int column) const;
  /// Of the database, for messages.
  std::string file() const;
  bool is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

/// One database file, shared with other processes. A statement waits up to a minute for others to be done with theirs.
class Database {
 public:
  /// Makes the file where there is none. Throws std::runtime_error.
  explicit Database(const std::filesystem::path& file);

  void execute(const char* sql) const;
  /// Rows changed by the last statement.
  std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
  sqlite3* handle() const { return handle_.get(); }
  [[noreturn]] void fail(const char* what) const;

 private:
  struct Close {
    void operator()(sqlite3* d) const { sqlite3_close_v2(d); }
  };
  std::string file_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// All statements while it lives are one change that happens whole or not at all; without `commit` nothing happens.
class Transaction {
 public:
  explicit Transaction(const Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  const Database& database_;
  bool open_ = true;
};

}  // namespace vitrion::dft
