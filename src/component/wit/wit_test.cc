#include "component/wit/wit.h"

#include <gtest/gtest.h>

namespace wherry::component::wit {
namespace {

Result<Resolved> read(std::string text, std::string deps = {}) {
  std::vector<Source> sources{{"a.wit", std::move(text), true}};
  if (!deps.empty()) sources.push_back({"dep.wit", std::move(deps), false});
  return resolve(std::move(sources));
}

TEST(Wit, methods_have_the_names_that_components_use) {
  const auto wit = read("package a:b; interface i { resource r { constructor(x: u8); get: func() -> string; make: static func() -> r; } }");
  ASSERT_TRUE(wit) << wit.error().what << wit.error().where;
  const Interface& interface = wit->interfaces[0];
  EXPECT_EQ(interface.full_name, "a:b/i");
  ASSERT_EQ(interface.funcs.size(), 3u);
  EXPECT_EQ(interface.funcs[0].name, "[constructor]r");
  EXPECT_EQ(interface.funcs[1].name, "[method]r.get");
  EXPECT_EQ(interface.funcs[1].params[0].name, "self");
  EXPECT_EQ(interface.funcs[2].name, "[static]r.make");
}

TEST(Wit, types_may_stand_in_any_order_and_come_from_elsewhere) {
  const auto wit = read("package a:b@1.0.0; interface i { use x:y/z@0.2.0-draft2.{t as u}; record r { a: later, b: list<u>, } enum later { p, q } }",
                        "package x:y@0.2.0-draft2; interface z { type t = tuple<u8, string>; }");
  ASSERT_TRUE(wit) << wit.error().what << wit.error().where;
  for (const TypeDef& def : wit->types)
    if (def.kind == TypeDef::Kind::used) EXPECT_EQ(wit->types[def.used].name, "t");
}

TEST(Wit, a_world_takes_over_what_it_includes) {
  const auto wit = read("package a:b; interface i {} world base { import i; export run: func(); } world w { include base with { run as go } import i; }");
  ASSERT_TRUE(wit) << wit.error().what << wit.error().where;
  const auto world = wit->select("w");
  ASSERT_TRUE(world);
  EXPECT_EQ((*world)->imports.size(), 1u);
  ASSERT_EQ((*world)->exports.size(), 1u);
  EXPECT_EQ((*world)->exports[0].name, "go");
}

TEST(Wit, what_is_unstable_is_left_out) {
  const auto wit = read("package a:b; interface i { @since(version = 0.2.0) f: func(); @unstable(feature = x) g: func(); }");
  ASSERT_TRUE(wit) << wit.error().what;
  ASSERT_EQ(wit->interfaces[0].funcs.size(), 1u);
}

TEST(Wit, errors_say_where) {
  EXPECT_EQ(read("package a:b;\ninterface i {\n  f: func(x: nope);\n}").error().where, "a.wit:3:14");
  EXPECT_EQ(read("package a:b; interface i { record }").error().where, "a.wit:1:35");
  EXPECT_EQ(read("/* never").error().where, "a.wit:1:1");
  EXPECT_FALSE(read("interface i {}"));
  EXPECT_FALSE(read("package a:b; interface i { use c:d/e.{t}; }"));
}

TEST(Wit, what_contains_itself_is_refused) {
  EXPECT_FALSE(read("package a:b; interface i { record r { x: option<r> } }"));
  EXPECT_FALSE(read("package a:b; interface i { use j.{t}; type u = t; } interface j { use i.{u}; type t = u; }"));
  EXPECT_FALSE(read("package a:b; world w { include w; }"));
}

TEST(Wit, deep_nesting_ends_in_an_error) {
  std::string type;
  for (int i = 0; i < 10'000; ++i) type += "list<";
  EXPECT_EQ(read("package a:b; interface i { type t = " + type + "u8; }").error().kind, ErrorKind::limit);
}

}  // namespace
}  // namespace wherry::component::wit
