#include "cli/label_table.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "vitrion/core/text.hpp"

namespace vitrion::cli {
namespace {

using dft::JobInfo;
using dft::JobState;

/// What the labels of a queue cost, and which try gave them.
struct Costs {
  double wall = 0, cpu = 0;  // s, sums
  std::int64_t n = 0;
  std::map<std::string, std::int64_t> tries;

  explicit Costs(const std::vector<JobInfo>& jobs) {
    for (const JobInfo& job : jobs) {
      if (job.state != JobState::done) continue;
      ++n;
      wall += job.wall_seconds;
      cpu += job.cpu_seconds;
      if (!job.tries.empty()) ++tries[job.tries.back().name];
    }
  }
  double mean(double sum) const { return n > 0 ? sum / static_cast<double>(n) : 0; }
};

void print_job(const dft::Queue& queue, const JobInfo& job) {
  fmt::print("{:>6}  {:<9}  {:>5} atoms  {:<24}", job.id, dft::name_of(job.state), job.n_atoms, job.composition);
  if (job.state == JobState::done)
    fmt::print("  {} CPU, {}", format_duration(job.cpu_seconds), job.tries.empty() ? "" : job.tries.back().name);
  if (job.state == JobState::running) {
    fmt::print("  on {}", job.host.substr(0, job.host.find(' ')));
    if (!job.slurm_id.empty()) fmt::print(", Slurm job {}", job.slurm_id);
  }
  if (job.attempts > 1) fmt::print("  started {} times", job.attempts);
  fmt::print("\n");
  if (job.state == JobState::failed)
    fmt::print("        {}\n        files: {}\n", job.reason, queue.job_folder(job.id, job.attempts).string());
}

}  // namespace

void print_table(const dft::Queue& queue, bool jobs) {
  const dft::JobCounts counts = queue.counts();
  fmt::print("{}: {} structures\n", queue.folder().string(), counts.total());
  const auto line = [](const char* name, std::int64_t n) {
    if (n > 0) fmt::print("  {:<9} {:>6}\n", name, n);
  };
  line("done", counts.done);
  line("running", counts.running);
  line("pending", counts.pending);
  line("failed", counts.failed);
  line("cancelled", counts.cancelled);

  const std::vector<JobInfo> list = queue.jobs();
  const Costs costs(list);
  if (costs.n > 0) {
    fmt::print("a label takes {} of CPU time, {} on the clock (means of {})\n", format_duration(costs.mean(costs.cpu)),
               format_duration(costs.mean(costs.wall)), costs.n);
    fmt::print("found by:");
    for (const auto& [name, n] : costs.tries) fmt::print("  {} {}", name, n);
    fmt::print("\n");
    const auto left = static_cast<double>(counts.pending + counts.running);
    if (left > 0) fmt::print("what is left: {} of CPU time\n", format_duration(left * costs.mean(costs.cpu)));
  }
  for (const JobInfo& job : list)
    if (jobs || job.state == JobState::failed) print_job(queue, job);
}

nlohmann::json table_json(const dft::Queue& queue) {
  const dft::JobCounts counts = queue.counts();
  const std::vector<JobInfo> list = queue.jobs();
  const Costs costs(list);
  nlohmann::json jobs = nlohmann::json::array();
  for (const JobInfo& job : list) {
    nlohmann::json j{{"id", job.id},
                     {"state", dft::name_of(job.state)},
                     {"composition", job.composition},
                     {"n_atoms", job.n_atoms},
                     {"engine", job.engine},
                     {"attempts", job.attempts},
                     {"wall_s", job.wall_seconds},
                     {"cpu_s", job.cpu_seconds}};
    if (!job.reason.empty()) j["reason"] = job.reason;
    if (!job.slurm_id.empty()) j["slurm_id"] = job.slurm_id;
    if (!job.tries.empty()) j["tries"] = job.tries.size();
    jobs.push_back(std::move(j));
  }
  return {{"counts",
           {{"pending", counts.pending},
            {"running", counts.running},
            {"done", counts.done},
            {"failed", counts.failed},
            {"cancelled", counts.cancelled}}},
          {"cpu_s_per_label", costs.mean(costs.cpu)},
          {"wall_s_per_label", costs.mean(costs.wall)},
          {"tries", costs.tries},
          {"jobs", jobs}};
}

}  // namespace vitrion::cli
