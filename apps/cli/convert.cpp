// vitrion convert: any format to any other, frame by frame.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <set>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/foreign.hpp"

namespace vitrion::cli {
namespace {

struct ConvertCommand {
  std::vector<std::string> files;  // inputs, then the output
  std::string to, tag;
  InputOptions input;
};

struct FirstPass {
  std::int64_t n_frames = 0;
  std::vector<Species> species;
};

/// Counts frames; where types must be numbered before the first frame is written, also gathers the species.
FirstPass look_through(const std::vector<std::filesystem::path>& files, const io::ReadOptions& options, bool species) {
  FirstPass pass;
  std::set<Species> seen;
  const auto reader = io::open_frames(files, options);
  while (true) {
    terminal_session().check_stop();
    if (species) {
      const std::optional<Structure> frame = reader->next();
      if (!frame) break;
      seen.insert(frame->species.begin(), frame->species.end());
    } else if (!reader->skip()) {
      break;
    }
    ++pass.n_frames;
  }
  Structure all;
  all.species.assign(seen.begin(), seen.end());
  pass.species = distinct_species(all);
  return pass;
}

/// What frames hold that the format cannot.
class Losses {
 public:
  explicit Losses(const io::FormatContent& content) : content_(content) {}

  void look_at(const Structure& frame) {
    const auto lose = [&](bool kept, bool present, const char* what) {
      if (!kept && present) lost_.insert(what);
    };
    lose(content_.energy, frame.labels.energy.has_value(), "energies");
    lose(content_.energy, !frame.labels.atomic_energies.empty(), "energies of atoms");
    lose(content_.forces, frame.labels.has_forces(), "forces");
    lose(content_.stress, frame.labels.stress.has_value(), "stresses");
    lose(content_.velocities, frame.has_velocities(), "velocities");
    lose(content_.ids, !frame.ids.empty(), "ids (atoms are written in their order)");
    lose(content_.images, !frame.images.empty(), "image flags");
    lose(content_.time, frame.time.has_value(), "times");
    // The corner of a LAMMPS box is no information of its own: positions count from it.
    for (const auto& [key, value] : frame.info)
      if (!content_.further && key != "origin") keys_.insert(key);
    for (const auto& [name, column] : frame.columns)
      if (!content_.holds_column(name)) columns_.insert(name);
  }

  void print(const std::string& format) const {
    for (const std::string& what : lost_) fmt::print(stderr, "note: format {} holds no {}; left out\n", format, what);
    if (!keys_.empty())
      fmt::print(stderr, "note: format {} holds no further keys; left out: {}\n", format, fmt::join(keys_, ", "));
    if (!columns_.empty())
      fmt::print(stderr, "note: format {} has no place for these columns of atoms; left out: {}\n", format,
                 fmt::join(columns_, ", "));
  }

 private:
  io::FormatContent content_;
  std::set<std::string> lost_, keys_, columns_;
};

// A TorchScript model goes to the importer, a program of its own beside this one that takes this one's place.
void import_torchscript(const std::filesystem::path& in, const std::filesystem::path& out) {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "vitrion-torch";
  std::string words[] = {program.string(), in.string(), out.string()};
  char* const arguments[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  execv(arguments[0], arguments);
  throw InputError(Location{in.string()},
                   "is a TorchScript model; the program that imports it, vitrion-torch, is not beside this one",
                   "Install libtorch-dev (scripts/install-deps.sh) and build again.");
}

// A model that no reader here opens goes to the importer, or is refused by name.
bool is_foreign(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) return false;
  const std::optional<potentials::ForeignModel> foreign = potentials::foreign_model(file);
  if (foreign && !foreign->importable) throw InputError(Location{file.string()}, foreign->what, foreign->remedy);
  return foreign.has_value();
}

// One potential file to another of its kind.
void convert_potential(const std::filesystem::path& in, const std::filesystem::path& out,
                       const ConvertCommand& command) {
  const std::unique_ptr<potentials::Potential> potential =
      potentials::load_potential(in, {command.input.read_options().species});
  potentials::copy_model_card(in, out);
  potentials::write_potential(out, *potential);
  fmt::print("wrote {} ({}): {}, cutoff {:.3f} Å\n", out.string(), potential->title(), join_names(potential->species()),
             potential->cutoff());
}

void execute(const ConvertCommand& command) {
  if (command.files.size() < 2) throw InputError("convert needs an input and an output", "vitrion convert IN... OUT");
  const std::filesystem::path out = command.files.back();
  if (command.files.size() == 2 && is_foreign(command.files[0])) return import_torchscript(command.files[0], out);
  if (command.files.size() == 2 && std::filesystem::is_regular_file(command.files[0]) &&
      potentials::is_potential(command.files[0]))
    return convert_potential(command.files[0], out, command);
  const std::vector<std::filesystem::path> in =
      io::files_of(std::vector<std::filesystem::path>(command.files.begin(), command.files.end() - 1));
  for (const std::filesystem::path& file : in)
    if (std::filesystem::exists(out) && std::filesystem::exists(file) && std::filesystem::equivalent(file, out))
      throw InputError(Location{out.string()}, "is an input and the output at once",
                       "The output is the last file named: choose another name.");
  io::ReadOptions options = command.input.read_options();
  options.tag = command.tag;
  io::WriteOptions write{command.to, options.species};
  const io::FormatInfo& format = io::format_to_write(out, write);
  const FirstPass pass = look_through(in, options, format.content.types && write.species.empty());
  if (pass.n_frames == 0)
    throw InputError("no frame lies in the range asked for", "`vitrion info` tells how many frames there are.");
  if (write.species.empty()) write.species = pass.species;

  const auto reader = io::open_frames(in, options);
  const auto writer = io::create_frames(out, write);
  Losses losses(format.content);
  Progress progress(terminal_session(), "convert", pass.n_frames, "frames");
  std::int64_t done = 0;
  while (const std::optional<Structure> frame = reader->next()) {
    terminal_session().check_stop();
    losses.look_at(*frame);
    writer->write(*frame);
    progress.update(++done);
  }
  writer->close();
  losses.print(format.name);
  if (format.content.types && !write.species.empty()) fmt::print("types 0, 1, ... are {}\n", join_names(write.species));
  fmt::print("wrote {} ({}): {} frames\n", out.string(), format.name, done);
}

}  // namespace

void add_convert(CLI::App& app) {
  auto command = std::make_shared<ConvertCommand>();
  CLI::App* sub =
      app.add_subcommand("convert", "Any format to any other, potentials too; what the target cannot hold is told");
  sub->add_option("files", command->files, "Inputs (several are one run, in natural order), then the output")
      ->required()
      ->expected(-1);
  sub->add_option("--to", command->to, "Format of the output, when its name does not tell");
  sub->add_option("--tag", command->tag, tag_help);
  command->input.add_to(*sub, true);
  sub->footer(
      "Examples:\n"
      "  vitrion convert OUTCAR train.extxyz --skip-unconverged\n"
      "  vitrion convert train.extxyz train.cfg --species Li,P,O,N    types 0 1 2 3 in this order\n"
      "  vitrion convert slabs.cfg slabs.extxyz --species Li,N\n"
      "  vitrion convert run.dump.gz last.vasp --species Mg,V,O --frames -1\n"
      "  vitrion convert CONTCAR* run.lammpstrj.gz --timestep 2000\n"
      "  vitrion convert */OUTCAR all.extxyz --tag file    each frame keeps the name of its file\n"
      "  vitrion convert model.json lipon.safetensors    a NequIP model of the reference implementation\n"
      "  vitrion convert water.pth water.safetensors     a NequIP model deployed as TorchScript");
  sub->callback([command] { execute(*command); });
}

}  // namespace vitrion::cli
