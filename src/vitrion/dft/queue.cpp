#include "vitrion/dft/queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "vitrion/core/json.hpp"
#include "vitrion/core/process.hpp"
#include "vitrion/dft/structure_json.hpp"

namespace vitrion::dft {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr int schema_version = 1;
constexpr double silence_seconds = 600;  // of a process on another machine, after which it counts as gone

constexpr const char* schema = R"sql(
CREATE TABLE settings (
  id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, engine TEXT NOT NULL, yaml TEXT NOT NULL, file TEXT NOT NULL
);
CREATE TABLE workers (
  id INTEGER PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL, heartbeat REAL NOT NULL
);
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, settings INTEGER NOT NULL REFERENCES settings(id),
  composition TEXT NOT NULL, n_atoms INTEGER NOT NULL, structure TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'running', 'done', 'failed', 'cancelled')),
  result TEXT, reason TEXT, attempts INTEGER NOT NULL DEFAULT 0,
  worker INTEGER, host TEXT, pid INTEGER, slurm_id TEXT,
  added REAL NOT NULL, started REAL, finished REAL, wall_s REAL, cpu_s REAL,
  CHECK (state != 'done' OR result IS NOT NULL)
);
CREATE INDEX jobs_by_state ON jobs(state, id);
PRAGMA user_version = 1;
)sql";

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

JobState state_named(const std::string& name) {
  for (const JobState s : {JobState::pending, JobState::running, JobState::done, JobState::failed, JobState::cancelled})
    if (name == name_of(s)) return s;
  throw std::runtime_error("the queue holds a job in the unknown state \"" + name + "\"");
}

fs::path database_file(const fs::path& folder, bool create) {
  fs::path file = folder / "queue.sqlite";
  if (create) fs::create_directories(folder);
  std::error_code ignored;
  if (!create && (!fs::exists(file) || fs::file_size(file, ignored) == 0))
    throw InputError(Location{folder.string()}, "holds no queue of labels",
                     "vitrion label DATA --queue " + folder.string() + " makes one.");
  return file;
}

// What stands in a column of a job, as it was written.
Json column_json(const Statement& row, int column, std::int64_t job) {
  const Location where{fmt::format("{}: job {}", row.file(), job)};
  return unsealed(parse_json(row.text(column), where), where);
}

std::vector<Try> tries_in(const Json& result) {
  std::vector<Try> tries;
  for (const Json& t : result.at("tries"))
    tries.push_back({t.at("name").get<std::string>(), t.at("reason").get<std::string>(), t.at("wall_s").get<double>(),
                     t.at("cpu_s").get<double>()});
  return tries;
}

}  // namespace

const char* name_of(JobState state) {
  switch (state) {
    case JobState::pending:
      return "pending";
    case JobState::running:
      return "running";
    case JobState::done:
      return "done";
    case JobState::failed:
      return "failed";
    case JobState::cancelled:
      return "cancelled";
  }
  return "";
}

std::string JobResult::reason() const {
  std::string text;
  for (const Try& t : tries)
    if (!t.reason.empty()) text += (text.empty() ? "" : "; ") + t.name + ": " + t.reason;
  return text;
}

double JobResult::wall_seconds() const {
  double sum = 0;
  for (const Try& t : tries) sum += t.wall_seconds;
  return sum;
}

double JobResult::cpu_seconds() const {
  double sum = 0;
  for (const Try& t : tries) sum += t.cpu_seconds;
  return sum;
}

Json to_json(const JobResult& result) {
  Json tries = Json::array();
  for (const Try& t : result.tries)
    tries.push_back({{"name", t.name}, {"reason", t.reason}, {"wall_s", t.wall_seconds}, {"cpu_s", t.cpu_seconds}});
  Json j{{"tries", tries}};
  if (result.label) j["label"] = to_json(*result.label);
  return j;
}

JobResult result_from_json(const Json& j) {
  JobResult result;
  try {
    result.tries = tries_in(j);
    if (j.contains("label")) result.label = label_from_json(j.at("label"));
  } catch (const Json::exception& e) {
    throw InputError(std::string("a result is damaged: ") + e.what());
  }
  return result;
}

Queue::Queue(const fs::path& folder, bool create)
    : folder_(fs::absolute(folder)), database_(database_file(folder, create)) {
  Transaction change(database_);
  Statement version(database_, "PRAGMA user_version");
  version.step();
  const std::int64_t found = version.integer(0);
  if (found == 0) database_.execute(schema);
  if (found != 0 && found != schema_version)
    throw InputError(Location{folder.string()},
                     fmt::format("the queue is of version {}, this program knows {}", found, schema_version));
  change.commit();
}

Queue::Added Queue::add(const std::vector<Structure>& structures, const Settings& settings, Unfit unfit) {
  const std::unique_ptr<Engine> engine = make_engine(settings);
  Added added;
  std::vector<const Structure*> fit;
  for (std::size_t i = 0; i < structures.size(); ++i) {
    try {
      engine->check(structures[i]);
      fit.push_back(&structures[i]);
    } catch (const InputError& e) {
      const auto origin = structures[i].info.find("origin");
      const std::string why = fmt::format(
          "structure {}{}: {}", i, origin == structures[i].info.end() ? "" : " (" + origin->second + ")", e.what());
      if (unfit == Unfit::refuse)
        throw InputError(why, "No structure was added: mend the settings or the file, or give --skip-unfit.");
      added.left_out.push_back(why);
    }
  }

  Transaction change(database_);
  Statement keep(database_,
                 "INSERT INTO settings (fingerprint, engine, yaml, file) VALUES (?, ?, ?, ?) ON CONFLICT (fingerprint) "
                 "DO UPDATE SET yaml = excluded.yaml, file = excluded.file RETURNING id");
  keep.bind(engine->name() + " " + engine->fingerprint()).bind(engine->name()).bind(settings.yaml).bind(settings.file);
  keep.step();
  const std::int64_t settings_id = keep.integer(0);
  for (const Structure* structure : fit) {
    const Structure& s = *structure;
    const std::string hash = calculation_hash(s, *engine);
    Statement insert(database_,
                     "INSERT INTO jobs (hash, settings, composition, n_atoms, structure, added) VALUES (?, ?, ?, ?, ?, "
                     "?) ON CONFLICT (hash) DO NOTHING");
    insert.bind(hash).bind(settings_id).bind(composition(s.species)).bind(static_cast<std::int64_t>(s.size()));
    insert.bind(json_text(sealed(to_json(s)))).bind(now()).run();
    added.n_new += database_.changes();
    Statement find(database_, "SELECT id FROM jobs WHERE hash = ?");
    find.bind(hash).step();
    added.ids.push_back(find.integer(0));
  }
  while (keep.step()) {
  }
  change.commit();
  return added;
}

JobCounts Queue::counts() const {
  JobCounts counts;
  Statement rows(database_, "SELECT state, count(*) FROM jobs GROUP BY state");
  while (rows.step()) {
    const std::int64_t n = rows.integer(1);
    switch (state_named(rows.text(0))) {
      case JobState::pending:
        counts.pending = n;
        break;
      case JobState::running:
        counts.running = n;
        break;
      case JobState::done:
        counts.done = n;
        break;
      case JobState::failed:
        counts.failed = n;
        break;
      case JobState::cancelled:
        counts.cancelled = n;
        break;
    }
  }
  return counts;
}

std::vector<JobInfo> Queue::jobs() const {
  std::vector<JobInfo> list;
  Statement rows(database_,
                 "SELECT jobs.id, state, composition, n_atoms, engine, reason, host, pid, slurm_id, attempts, result, "
                 "added, started, finished, wall_s, cpu_s FROM jobs JOIN settings ON settings.id = jobs.settings ORDER "
                 "BY jobs.id");
  while (rows.step()) {
    JobInfo job;
    job.id = rows.integer(0);
    job.state = state_named(rows.text(1));
    job.composition = rows.text(2);
    job.n_atoms = rows.integer(3);
    job.engine = rows.text(4);
    job.reason = rows.text(5);
    job.host = rows.text(6);
    job.pid = rows.integer(7);
    job.slurm_id = rows.text(8);
    job.attempts = static_cast<int>(std::clamp<std::int64_t>(rows.integer(9), 0, 1 << 30));
    if (!rows.is_null(10)) job.tries = tries_in(column_json(rows, 10, job.id));
    job.added = rows.number(11);
    job.started = rows.number(12);
    job.finished = rows.number(13);
    job.wall_seconds = rows.number(14);
    job.cpu_seconds = rows.number(15);
    list.push_back(std::move(job));
  }
  return list;
}

namespace {

Structure labelled_row(const Statement& row) {
  const std::int64_t id = row.integer(2);
  const Structure structure = structure_from_json(column_json(row, 0, id));
  return labelled(structure, label_from_json(column_json(row, 1, id).at("label")));
}

}  // namespace

std::optional<Structure> Queue::label(std::int64_t id) const {
  Statement row(database_, "SELECT structure, result, id FROM jobs WHERE id = ? AND state = 'done'");
  row.bind(id);
  if (!row.step()) return std::nullopt;
  return labelled_row(row);
}

void Queue::for_each_label(const std::function<void(const Structure&)>& use) const {
  Statement rows(database_, "SELECT structure, result, id FROM jobs WHERE state = 'done' ORDER BY id");
  while (rows.step()) use(labelled_row(rows));
}

namespace {

/// Runs `sql` (whose last parameter is an id) for each id, or `sql_all` once when there are none.
std::int64_t change_jobs(Database& database, const std::vector<std::int64_t>& ids, const char* sql_all,
                         const char* sql) {
  Transaction change(database);
  std::int64_t n = 0;
  if (ids.empty()) {
    Statement(database, sql_all).run();
    n = database.changes();
  }
  for (const std::int64_t id : ids) {
    Statement(database, sql).bind(id).run();
    n += database.changes();
  }
  change.commit();
  return n;
}

}  // namespace

std::int64_t Queue::retry(const std::vector<std::int64_t>& ids) {
  return change_jobs(database_, ids,
                     "UPDATE jobs SET state = 'pending', reason = NULL, worker = NULL, slurm_id = NULL WHERE state IN "
                     "('failed', 'cancelled')",
                     "UPDATE jobs SET state = 'pending', reason = NULL, worker = NULL, slurm_id = NULL WHERE state IN "
                     "('failed', 'cancelled') AND id = ?");
}

std::int64_t Queue::cancel(const std::vector<std::int64_t>& ids) {
  return change_jobs(database_, ids, "UPDATE jobs SET state = 'cancelled' WHERE state IN ('pending', 'running')",
                     "UPDATE jobs SET state = 'cancelled' WHERE state IN ('pending', 'running') AND id = ?");
}

std::vector<Settings> Queue::pending_settings() const {
  std::vector<Settings> list;
  Statement rows(database_,
                 "SELECT yaml, file FROM settings WHERE id IN (SELECT settings FROM jobs WHERE state = 'pending')");
  while (rows.step()) list.push_back({rows.text(0), rows.text(1)});
  return list;
}

std::int64_t Queue::enlist() {
  const ProcessIdentity me = ProcessIdentity::self();
  Statement insert(database_, "INSERT INTO workers (host, pid, started, heartbeat) VALUES (?, ?, ?, ?) RETURNING id");
  insert.bind(me.host).bind(static_cast<std::int64_t>(me.pid)).bind(me.started).bind(now());
  insert.step();
  const std::int64_t id = insert.integer(0);
  insert.run();
  return id;
}

void Queue::heartbeat(std::int64_t worker) {
  Statement(database_, "UPDATE workers SET heartbeat = ? WHERE id = ?").bind(now()).bind(worker).run();
}

void Queue::dismiss(std::int64_t worker) {
  Statement(database_, "DELETE FROM workers WHERE id = ?").bind(worker).run();
}

ClaimedJob Queue::read_claimed(std::int64_t id) const {
  Statement row(
      database_,
      "SELECT structure, attempts, slurm_id, settings.id, yaml, file FROM jobs JOIN settings ON settings.id = "
      "jobs.settings WHERE jobs.id = ?");
  row.bind(id).step();
  ClaimedJob job;
  job.id = id;
  job.structure = structure_from_json(column_json(row, 0, id));
  job.attempt = static_cast<int>(std::clamp<std::int64_t>(row.integer(1), 0, 1 << 30));
  job.slurm_id = row.text(2);
  job.settings_id = row.integer(3);
  job.settings = {row.text(4), row.text(5)};
  return job;
}

std::optional<ClaimedJob> Queue::claim(std::int64_t worker) {
  Transaction change(database_);
  Statement take(database_,
                 "UPDATE jobs SET state = 'running', worker = ?1, attempts = attempts + 1, started = ?2, slurm_id = "
                 "NULL, host = (SELECT host FROM workers WHERE id = ?1), pid = (SELECT pid FROM workers WHERE id = ?1) "
                 "WHERE id = (SELECT id FROM jobs WHERE state = 'pending' ORDER BY id LIMIT 1) RETURNING id");
  take.bind(worker).bind(now());
  if (!take.step()) return std::nullopt;
  const std::int64_t id = take.integer(0);
  take.run();
  ClaimedJob job = read_claimed(id);
  change.commit();
  return job;
}

void Queue::set_slurm_id(std::int64_t id, const std::string& slurm_id) {
  Statement(database_, "UPDATE jobs SET slurm_id = ? WHERE id = ?").bind(slurm_id).bind(id).run();
}

void Queue::finish(std::int64_t worker, std::int64_t id, const JobResult& result) {
  Statement update(database_,
                   "UPDATE jobs SET state = ?1, result = ?2, reason = ?3, finished = ?4, wall_s = ?5, cpu_s = ?6, "
                   "worker = NULL WHERE id = ?7 AND state != 'done' AND (?1 = 'done' OR (state = 'running' AND worker "
                   "= ?8))");
  update.bind(std::string_view(result.label ? "done" : "failed")).bind(json_text(sealed(to_json(result))));
  if (result.label)
    update.bind(std::nullopt);
  else
    update.bind(result.reason());
  update.bind(now()).bind(result.wall_seconds()).bind(result.cpu_seconds()).bind(id).bind(worker).run();
}

void Queue::release(std::int64_t worker, std::int64_t id) {
  Statement(database_,
            "UPDATE jobs SET state = 'pending', worker = NULL, slurm_id = NULL WHERE id = ? AND worker = ? AND state = "
            "'running'")
      .bind(id)
      .bind(worker)
      .run();
}

std::vector<std::int64_t> Queue::cancelled_jobs(std::int64_t worker) const {
  std::vector<std::int64_t> ids;
  Statement rows(database_, "SELECT id FROM jobs WHERE worker = ? AND state = 'cancelled'");
  rows.bind(worker);
  while (rows.step()) ids.push_back(rows.integer(0));
  return ids;
}

std::vector<std::int64_t> Queue::dead_workers() const {
  std::vector<std::int64_t> dead;
  Statement rows(database_, "SELECT id, host, pid, started, heartbeat FROM workers");
  while (rows.step()) {
    const ProcessIdentity process{rows.text(1), static_cast<pid_t>(rows.integer(2)), rows.text(3)};
    if (!process.alive().value_or(now() - rows.number(4) < silence_seconds)) dead.push_back(rows.integer(0));
  }
  return dead;
}

Queue::Recovered Queue::recover(std::int64_t worker, bool adopt_slurm) {
  Recovered recovered;
  Transaction change(database_);
  for (const std::int64_t gone : dead_workers()) {
    std::vector<std::int64_t> submitted;
    Statement rows(database_, "SELECT id FROM jobs WHERE worker = ? AND state = 'running' AND slurm_id IS NOT NULL");
    rows.bind(gone);
    while (rows.step()) submitted.push_back(rows.integer(0));
    Statement(database_,
              "UPDATE jobs SET state = 'pending', worker = NULL WHERE worker = ? AND state = 'running' AND slurm_id IS "
              "NULL")
        .bind(gone)
        .run();
    recovered.n_released += database_.changes();
    if (!adopt_slurm && !submitted.empty()) continue;
    Statement(database_, "UPDATE jobs SET worker = ? WHERE worker = ? AND state = 'running'")
        .bind(worker)
        .bind(gone)
        .run();
    Statement(database_, "DELETE FROM workers WHERE id = ?").bind(gone).run();
    for (const std::int64_t id : submitted) recovered.adopted.push_back(read_claimed(id));
  }
  change.commit();
  return recovered;
}

fs::path Queue::job_folder(std::int64_t id, int attempt) const {
  return folder_ / "jobs" / fmt::format("{:06}-{}", id, attempt);
}

}  // namespace vitrion::dft
