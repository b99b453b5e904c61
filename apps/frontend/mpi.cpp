#include "frontend/mpi.hpp"

#include <fmt/format.h>
#include <mpi.h>
#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "frontend/strict.hpp"
#include "frontend/threads.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/md/mpi.hpp"

namespace vitrion::frontend {
namespace {

constexpr const char* no_session_folder = "OMPI_MCA_orte_create_session_dirs";

bool is_running() {
  int started = 0, ended = 0;
  MPI_Initialized(&started);
  MPI_Finalized(&ended);
  return started != 0 && ended == 0;
}

void finalize() {
  if (is_running()) MPI_Finalize();
}

bool started_by_launcher() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"})
    if (std::getenv(name) != nullptr) return true;
  return false;
}

// A rank that mpirun did not bind to processors sees all of them: each rank of the node takes its part.
void share_processors() {
  MPI_Comm node;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  int ranks = 1;
  MPI_Comm_size(node, &ranks);
  MPI_Comm_free(&node);
  const bool bound = omp_get_num_procs() < static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  if (ranks > 1 && !bound && threads() == omp_get_num_procs()) set_threads(std::max(1, threads() / ranks));
}

void start() {
  if (is_running()) return;
  // Open MPI would otherwise start a daemon even for one rank; and without it, programs side by side would share one
  // session folder in /tmp, which the first to end removes while another starts.
  if (!started_by_launcher()) {
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    setenv(no_session_folder, "0", 0);
  }
  int provided = 0;
  // Potentials that LAMMPS computes are evaluated by one thread after another.
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
  unsetenv(no_session_folder);  // an mpirun started from here needs its folder
  std::atexit(finalize);
  share_processors();
}

}  // namespace

void start_mpi() {
  static std::once_flag once;
  std::call_once(once, start);
}

void run_on_all_ranks(const Session& session, const std::function<void(const Session&)>& work) {
  start_mpi();
  const md::Mpi mpi;
  if (mpi.size() == 1) return work(session);
  const auto end_all = [&](const char* what, int exit_code) {
    // The first rank speaks first; when it has the same error, the program ends before the others repeat it.
    if (!mpi.is_root()) std::this_thread::sleep_for(std::chrono::seconds(1));
    fmt::print(stderr, "vitrion: {}\n", what);
    std::fflush(stderr);
    MPI_Abort(MPI_COMM_WORLD, exit_code);
  };
  try {
    work(mpi.is_root() ? session : session.silent());
  } catch (const Interrupted&) {
    if (mpi.is_root()) throw;
    std::exit(1);
  } catch (const StrictWarnings&) {
    throw;  // of the first rank, after the others have ended
  } catch (const InputError& e) {
    end_all(e.what(), 2);
  } catch (const std::exception& e) {
    end_all((std::string("failed: ") + e.what()).c_str(), 1);
  }
}

}  // namespace vitrion::frontend
