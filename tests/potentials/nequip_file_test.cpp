// NequIP model files: written and read back, and every kind of damage refused with a reason.
#include "vitrion/potentials/nequip/model_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/nequip/initial.hpp"
#include "vitrion/potentials/nequip/safetensors.hpp"

namespace vitrion::potentials::nequip {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

Model tiny_model() {
  Hyperparameters h;
  h.r_max = 3;
  h.num_layers = 2;
  h.l_max = 1;
  h.num_features = 3;
  h.radial_mlp_width = 4;
  return initial_model(h, parse_species_list("Li,O"), 5);
}

std::string complaint(const std::string& bytes) {
  try {
    parse_model(bytes, "m.safetensors");
  } catch (const InputError& error) {
    return error.what();
  }
  return "read without complaint";
}

TEST(NequipFile, WhatIsWrittenIsRead) {
  const Model model = tiny_model();
  const std::string bytes = format_model(model);
  EXPECT_TRUE(looks_like_model(bytes));
  const Model again = parse_model(bytes, "m.safetensors");
  EXPECT_EQ(again.hyper, model.hyper);
  EXPECT_EQ(again.parameters, model.parameters);
  EXPECT_EQ(again.scales, model.scales);
  EXPECT_EQ(again.shifts, model.shifts);
  EXPECT_EQ(format_model(again), bytes);
}

TEST(NequipFile, SinglePrecisionArraysAreRead) {
  std::string header = R"({"__metadata__":{"by":"hand"},"x":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                       R"("n":{"dtype":"F64","shape":[],"data_offsets":[8,16]}})";
  const std::uint64_t length = header.size();
  const float x[2] = {1.5F, -0.25F};
  const double n = 3;
  std::string bytes(reinterpret_cast<const char*>(&length), 8);
  bytes +=
      header + std::string(reinterpret_cast<const char*>(x), 8) + std::string(reinterpret_cast<const char*>(&n), 8);
  const Safetensors content = parse_safetensors(bytes, "x");
  EXPECT_EQ(content.metadata.at("by"), "hand");
  EXPECT_EQ(content.tensors.at("x").values, (std::vector<double>{1.5, -0.25}));
  EXPECT_EQ(content.tensors.at("x").shape, (std::vector<std::size_t>{2, 1}));
  EXPECT_EQ(content.tensors.at("n").values, std::vector<double>{3});
}

// A file cut anywhere is refused; none crashes.
TEST(NequipFile, CutFilesAreRefused) {
  const std::string bytes = format_model(tiny_model());
  for (std::size_t n = 0; n < bytes.size(); n += n < 200 ? 1 : 97)
    EXPECT_NE(complaint(bytes.substr(0, n)), "read without complaint") << n;
}

TEST(NequipFile, ContradictionsAreNamed) {
  const auto changed = [](auto change) {
    Safetensors content = parse_safetensors(format_model(tiny_model()), "m");
    change(content);
    return complaint(format_safetensors(content));
  };
  const auto with_hyper = [&](const char* key, const Json& value) {
    return changed([&](Safetensors& c) {
      Json model = Json::parse(c.metadata["model"]);
      model["hyperparameters"][key] = value;
      c.metadata["model"] = model.dump();
    });
  };
  EXPECT_THAT(changed([](Safetensors& c) { c.tensors.erase("embedding"); }), HasSubstr("An array is missing"));
  EXPECT_THAT(changed([](Safetensors& c) { c.tensors["embedding"].shape = {3, 2}; }), HasSubstr("shape (3, 2)"));
  EXPECT_THAT(changed([](Safetensors& c) { c.tensors["layers.1.linear_1.1o"].values[2] = std::nan(""); }),
              HasSubstr("layers.1.linear_1.1o is not finite"));
  EXPECT_THAT(changed([](Safetensors& c) { c.metadata["version"] = "2"; }), HasSubstr("version 2"));
  EXPECT_THAT(changed([](Safetensors& c) { c.metadata.clear(); }), HasSubstr("do not say what they are"));
  EXPECT_THAT(changed([](Safetensors& c) { c.metadata["model"] = "{"; }), HasSubstr("not valid JSON"));
  EXPECT_THAT(with_hyper("num_features", 4), HasSubstr("ask for"));
  EXPECT_THAT(with_hyper("l_max", 4), HasSubstr("l_max must lie between 0 and 3"));
  EXPECT_THAT(with_hyper("r_max", -1), HasSubstr("r_max"));
  EXPECT_THAT(with_hyper("num_layers", "two"), HasSubstr("num_layers must be a whole number"));
}

TEST(NequipFile, ReferenceModelsThatAskForMoreAreRefused) {
  VITRION_NEEDS_REFERENCE("nequip/model_a.json");
  const Json original = Json::parse(read_file(test::reference("nequip/model_a.json")));
  // The format's name must stand near the beginning.
  ASSERT_TRUE(looks_like_model(read_file(test::reference("nequip/model_a.json"))));
  const auto refused = [&](const std::string& pointer, const Json& value) {
    Json changed = original;
    changed[Json::json_pointer(pointer)] = value;
    const std::string text = changed.dump();
    // Keys come out sorted: put the mark in front, where the reference writes it.
    return complaint("{\"format\":\"nequip-reference-1\"," + text.substr(1));
  };
  EXPECT_THAT(refused("/config/resnet", true), HasSubstr("resnet is true"));
  EXPECT_THAT(refused("/config/nonlinearity_type", "norm"), HasSubstr("nonlinearity_type"));
  EXPECT_THAT(refused("/config/nonlinearity_scalars", {{"e", "ssp"}, {"o", "tanh"}}), HasSubstr("silu"));
  EXPECT_THAT(refused("/config/num_features", 5), HasSubstr("ask for"));
  EXPECT_THAT(refused("/config/avg_num_neighbors", "auto"), HasSubstr("avg_num_neighbors"));
  EXPECT_THAT(refused("/type_names", {"Li", "Xx"}), HasSubstr("Xx"));
  EXPECT_THAT(refused("/constants/global_shift", 1.5), HasSubstr("global_shift"));
}

/// Where NequIP was told to scale or shift nothing: e_i <- scale * e_i + shift with 1 and 0 in their place. The network
/// of the model is the same, so its scales and shifts are all that differ.
TEST(NequipFile, ReferenceModelsWithoutScalesAndShiftsAreRead) {
  VITRION_NEEDS_REFERENCE("nequip/model_b.json");
  const auto read = [](const std::string& name, const std::vector<std::string>& nulls) {
    Json changed = Json::parse(read_file(test::reference("nequip/" + name)));
    for (const std::string& key : nulls) changed["constants"][key] = nullptr;
    return parse_model("{\"format\":\"nequip-reference-1\"," + changed.dump().substr(1), name);
  };
  const std::string scales = "per_species_scales_dataset_units", shifts = "per_species_shifts_dataset_units";
  const std::vector<double> ones(4, 1.0), zeros(4, 0.0);
  const Model whole = read("model_b.json", {});
  EXPECT_EQ(whole.scales, (std::vector<double>{0.75, 1.25, 1.5, 0.625}));
  EXPECT_EQ(read("model_b.json", {"global_scale"}).scales, whole.scales) << "those of the species hold the global one";
  EXPECT_EQ(read("model_b.json", {scales}).scales, std::vector<double>(4, 0.8125)) << "the global scale alone";
  const Model bare = read("model_b.json", {"global_scale", scales, shifts});
  EXPECT_EQ(bare.scales, ones);
  EXPECT_EQ(bare.shifts, zeros);
  EXPECT_EQ(bare.parameters, whole.parameters);
  EXPECT_EQ(read("model_a.json", {"global_scale"}).scales, std::vector<double>(2, 1.0));
  EXPECT_EQ(read("model_a.json", {"global_scale"}).shifts, (std::vector<double>{-1.75, -4.5}));
}

TEST(NequipFile, OtherFilesAreNoModels) {
  const std::filesystem::path folder = test::scratch_folder();
  write_file_atomically(folder / "glass.xyz", "1\n\nLi 0 0 0\n");
  EXPECT_FALSE(potentials::is_potential(folder / "glass.xyz"));
  write_file_atomically(folder / "empty", "");
  EXPECT_FALSE(potentials::is_potential(folder / "empty"));
  write_file_atomically(folder / "m.safetensors", format_model(tiny_model()));
  EXPECT_TRUE(potentials::is_potential(folder / "m.safetensors"));
  EXPECT_THROW(potentials::is_potential(folder / "none"), InputError);
}

std::string file_with(const std::string& header) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header;
}

TEST(NequipFile, DeepJsonIsRefused) {
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  EXPECT_THAT(complaint(file_with("{\"__metadata__\": {\"model\": " + deep + "}}")), HasSubstr("nested"));
  EXPECT_THAT(complaint("{\"format\": \"nequip-reference\", \"config\": {\"resnet\": " + deep + "}}"),
              HasSubstr("nested"));
}

// Hyperparameters are believed when the arrays are there, not before.
TEST(NequipFile, NoMemoryIsTakenForArraysThatAreNotThere) {
  Model model = tiny_model();
  Json json = {{"species", {"Li", "O"}}, {"hyperparameters", to_json(model.hyper)}};
  json["hyperparameters"]["num_layers"] = 64;
  json["hyperparameters"]["num_features"] = 4096;
  json["hyperparameters"]["radial_mlp_width"] = 4096;
  const auto file = [&] {
    return file_with(
        Json{{"__metadata__", {{"format", "vitrion-nequip"}, {"version", "1"}, {"model", json.dump()}}}}.dump());
  };
  EXPECT_THAT(complaint(file()), HasSubstr("the arrays of the file hold 0"));
  json["hyperparameters"]["num_layers"] = 4294967298;  // 2 in 32 bits
  EXPECT_THAT(complaint(file()), HasSubstr("num_layers must be a whole number"));
  json["hyperparameters"]["num_layers"] = 2.5;
  EXPECT_THAT(complaint(file()), HasSubstr("num_layers must be a whole number"));
}

}  // namespace
}  // namespace vitrion::potentials::nequip
