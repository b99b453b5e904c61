// The database of the queue: SQLiteCpp, with parameters bound in order and with errors that name the file.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace vitrion::dft {

class Database;

/// One SQL statement: values go in through `bind`, rows come out through `step`. Errors as of `Database`.
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
  std::int64_t integer(int column) const { return statement_.getColumn(column).getInt64(); }
  double number(int column) const { return statement_.getColumn(column).getDouble(); }
  std::string text(int column) const { return statement_.getColumn(column).getString(); }
  bool is_null(int column) const { return statement_.isColumnNull(column); }
  /// Of the database, for messages.
  const std::string& file() const;

 private:
  const Database& database_;
  // Reading a column changes nothing that a caller sees.
  mutable SQLite::Statement statement_;
  int bound_ = 0;
};

/// One database file, shared with other processes. A statement waits up to a minute for others to be done with theirs.
/// All calls throw std::runtime_error, and InputError where the file is damaged or something else.
class Database {
 public:
  /// Makes the file where there is none.
  explicit Database(const std::filesystem::path& file);

  void execute(const char* sql);
  /// Rows changed by the last statement.
  std::int64_t changes() const { return handle_.getChanges(); }
  const std::string& file() const { return handle_.getFilename(); }

 private:
  friend class Statement;
  friend class Transaction;
  SQLite::Database handle_;
};

/// All statements while it lives are one change that happens whole or not at all; without `commit` nothing happens.
class Transaction {
 public:
  explicit Transaction(Database& database);
  void commit();

 private:
  Database& database_;
  SQLite::Transaction transaction_;
};

}  // namespace vitrion::dft
