#include "component/wit/parser.h"

#include <fmt/format.h>

#include <charconv>

namespace wherry::component::wit::tree {
namespace {

struct Named { std::string_view name; Primitive primitive; };
constexpr Named primitives[] = {
    {"bool", Primitive::bool_}, {"s8", Primitive::s8}, {"u8", Primitive::u8}, {"s16", Primitive::s16}, {"u16", Primitive::u16},
    {"s32", Primitive::s32}, {"u32", Primitive::u32}, {"s64", Primitive::s64}, {"u64", Primitive::u64}, {"f32", Primitive::f32},
    {"f64", Primitive::f64}, {"float32", Primitive::f32}, {"float64", Primitive::f64}, {"char", Primitive::char_},
    {"string", Primitive::string}, {"error-context", Primitive::error_context},
};
using Kind = wit::Type::Kind;

class Parser {
 public:
  Parser(const Source& source, std::vector<Token> tokens, const Limits& limits) : source_(source), tokens_(std::move(tokens)), limits_(limits) {}

  Result<std::vector<Package>> run() {
    std::vector<Package> packages;
    Package outer{.is_main = source_.is_main, .where = here()};
    while (peek().kind != Token::Kind::end) {
      TRY(gate());
      if (is_keyword("package")) {
        next();
        Package named{.is_main = source_.is_main, .where = here()};
        TRY(package_name(named));
        if (take("{")) {
          named.is_main = false;
          while (!take("}")) TRY(package_item(named));
          packages.push_back(std::move(named));
          continue;
        }
        TRY(expect(";"));
        if (!outer.name.empty()) return fail(named.where, "a file names its package once");
        outer.name = std::move(named.name);
        outer.version = std::move(named.version);
        continue;
      }
      TRY(package_item(outer));
    }
    packages.push_back(std::move(outer));
    return packages;
  }

 private:
  const Token& peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  const Token& next() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  Where here() const { return {&source_, peek().offset}; }
  bool is_symbol(std::string_view text, size_t ahead = 0) const { return peek(ahead).kind == Token::Kind::symbol && peek(ahead).text == text; }
  bool is_keyword(std::string_view text, size_t ahead = 0) const {
    return peek(ahead).kind == Token::Kind::name && !peek(ahead).is_escaped && peek(ahead).text == text;
  }
  bool take(std::string_view symbol) { return is_symbol(symbol) && (next(), true); }
  bool take_word(std::string_view word) { return is_keyword(word) && (next(), true); }
  std::unexpected<Error> expected(std::string_view what) const { return fail(here(), fmt::format("expected {}, found \"{}\"", what, peek().text)); }
  Result<void> expect(std::string_view symbol) {
    if (!take(symbol)) return expected(fmt::format("\"{}\"", symbol));
    return {};
  }
  Result<std::string> name(std::string_view what) {
    if (peek().kind != Token::Kind::name) return expected(what);
    if (++items_ > limits_.items_max) return std::unexpected(Error{ErrorKind::limit, "too many items", position(source_, peek().offset)});
    return std::string(next().text);
  }

  // @since(version = 0.2.0) and its like. True: what follows is unstable and left out.
  Result<bool> gate() {
    bool is_unstable = false;
    while (is_symbol("@")) {
      next();
      is_unstable |= is_keyword("unstable");
      TRY(name("the name of a gate"));
      TRY(expect("("));
      for (size_t depth = 1; depth > 0;) {
        if (peek().kind == Token::Kind::end) return expected("\")\"");
        if (is_symbol("(")) ++depth;
        if (is_symbol(")")) --depth;
        next();
      }
    }
    return is_unstable;
  }

  // wasi:http@0.2.0
  Result<void> package_name(Package& package) {
    package.name = TRY(name("a package's namespace"));
    TRY(expect(":"));
    package.name += ":" + TRY(name("a package's name"));
    if (peek().kind == Token::Kind::version) package.version = next().text;
    return {};
  }

  // id, or ns:pkg/id[@version]
  Result<Path> path() {
    Path path{.where = here()};
    path.name = TRY(name("a name"));
    if (!take(":")) return path;
    path.package = path.name + ":" + TRY(name("a package's name"));
    TRY(expect("/"));
    path.name = TRY(name("an interface's name"));
    if (peek().kind == Token::Kind::version) path.version = next().text;
    return path;
  }

  Result<void> package_item(Package& package) {
    const bool is_unstable = TRY(gate());
    if (take_word("interface")) {
      Interface interface{.where = here()};
      interface.name = TRY(name("an interface's name"));
      TRY(interface_body(interface));
      if (!is_unstable) package.interfaces.push_back(std::move(interface));
      return {};
    }
    if (take_word("world")) {
      World world = TRY(this->world());
      if (!is_unstable) package.worlds.push_back(std::move(world));
      return {};
    }
    if (take_word("use")) {
      TopUse use{TRY(path()), {}};
      use.as = use.path.name;
      if (take_word("as")) use.as = TRY(name("a name"));
      package.uses.push_back(std::move(use));
      return expect(";");
    }
    return expected("interface, world or use");
  }

  Result<void> interface_body(Interface& into) {
    TRY(expect("{"));
    while (!take("}")) {
      const bool is_unstable = TRY(gate());
      Interface scrap;
      Interface& target = is_unstable ? scrap : into;
      if (TRY(scope_item(target))) continue;
      target.funcs.push_back(TRY(named_func()));
    }
    return {};
  }

  // use and type definitions, which interfaces and worlds have alike. A word followed by ':' is a function's name.
  Result<bool> scope_item(Interface& into) {
    if (is_symbol(":", 1)) return false;
    if (is_keyword("use")) return next(), into.uses.push_back(TRY(use())), true;
    for (const std::string_view word : {"type", "record", "variant", "enum", "flags", "resource"}) {
      if (!is_keyword(word)) continue;
      next();
      into.types.push_back(TRY(type_def(word)));
      return true;
    }
    return false;
  }

  Result<Use> use() {
    Use use{TRY(path()), {}};
    TRY(expect("."));
    TRY(expect("{"));
    while (!take("}")) {
      Use::Name one{.where = here()};
      one.name = one.as = TRY(name("a type's name"));
      if (take_word("as")) one.as = TRY(name("a name"));
      use.names.push_back(std::move(one));
      if (!take(",") && !is_symbol("}")) return expected("\",\" or \"}\"");
    }
    TRY(expect(";"));
    return use;
  }

  Result<TypeDef> type_def(std::string_view word) {
    using Def = wit::TypeDef::Kind;
    TypeDef def{.where = here()};
    def.name = TRY(name("a type's name"));
    if (word == "type") {
      TRY(expect("="));
      def.alias = TRY(type());
      TRY(expect(";"));
      return def;
    }
    if (word == "resource") {
      def.kind = Def::resource;
      TRY(resource_body(def));
      return def;
    }
    def.kind = word == "record" ? Def::record : word == "variant" ? Def::variant : word == "enum" ? Def::enum_ : Def::flags;
    TRY(expect("{"));
    while (!take("}")) {
      TRY(gate());
      Labelled part{TRY(name("a name")), std::nullopt};
      if (def.kind == Def::record) {
        TRY(expect(":"));
        part.type = TRY(type());
      } else if (def.kind == Def::variant && take("(")) {
        part.type = TRY(type());
        TRY(expect(")"));
      }
      def.parts.push_back(std::move(part));
      if (!take(",") && !is_symbol("}")) return expected("\",\" or \"}\"");
    }
    return def;
  }

  Result<void> resource_body(TypeDef& def) {
    if (take(";")) return {};
    TRY(expect("{"));
    while (!take("}")) {
      const bool is_unstable = TRY(gate());
      Func func;
      if (is_keyword("constructor") && is_symbol("(", 1)) {
        next();
        func.kind = Func::Kind::constructor;
        TRY(params(func));
        if (take("->")) func.result = TRY(type());
        TRY(expect(";"));
      } else {
        func = TRY(named_func(true));
      }
      if (!is_unstable) def.funcs.push_back(std::move(func));
    }
    return {};
  }

  // name: [static] [async] func(…) [-> type];
  Result<Func> named_func(bool in_resource = false) {
    Func func;
    func.name = TRY(name("a function's name, or what an interface may hold"));
    TRY(expect(":"));
    if (in_resource) func.kind = Func::Kind::method;
    if (in_resource && take_word("static")) func.kind = Func::Kind::static_;
    TRY(func_type(func));
    TRY(expect(";"));
    return func;
  }

  Result<void> func_type(Func& func) {
    func.is_async = take_word("async");
    if (!take_word("func")) return expected("func");
    TRY(params(func));
    if (take("->")) func.result = TRY(type());
    return {};
  }

  Result<void> params(Func& func) {
    TRY(expect("("));
    while (!take(")")) {
      Labelled param{TRY(name("a parameter's name")), std::nullopt};
      TRY(expect(":"));
      param.type = TRY(type());
      func.params.push_back(std::move(param));
      if (!take(",") && !is_symbol(")")) return expected("\",\" or \")\"");
    }
    return {};
  }

  Result<Type> type() {
    if (++depth_ > limits_.depth_max) return std::unexpected(Error{ErrorKind::limit, "types are nested too deeply", position(source_, peek().offset)});
    Result<Type> result = type_inside();
    --depth_;
    return result;
  }

  Result<Type> type_inside() {
    Type type{.where = here()};
    const bool is_escaped = peek().is_escaped;
    const std::string word = TRY(name("a type"));
    if (!is_escaped) {
      for (const Named& one : primitives)
        if (one.name == word) return type.primitive = one.primitive, type;
      struct Form { std::string_view name; Kind kind; };
      constexpr Form forms[] = {{"list", Kind::list}, {"option", Kind::option}, {"result", Kind::result}, {"tuple", Kind::tuple}, {"own", Kind::own},
                                {"borrow", Kind::borrow}, {"stream", Kind::stream}, {"future", Kind::future}, {"map", Kind::map}};
      for (const Form& form : forms) {
        if (form.name != word) continue;
        type.kind = form.kind;
        TRY(arguments(type));
        return type;
      }
    }
    type.kind = Kind::named;
    type.name = word;
    return type;
  }

  Result<void> arguments(Type& type) {
    const bool may_be_bare = type.kind == Kind::result || type.kind == Kind::stream || type.kind == Kind::future;
    if (!take("<")) return may_be_bare ? Result<void>() : expected("\"<\"");
    if (type.kind == Kind::own || type.kind == Kind::borrow) {
      type.name = TRY(name("a resource's name"));
      return expect(">");
    }
    while (!take(">")) {
      if (peek().kind == Token::Kind::number) {
        if (type.kind != Kind::list || type.parts.size() != 1) return expected("a type");
        const std::string_view digits = next().text;
        if (std::from_chars(digits.begin(), digits.end(), type.length).ec != std::errc()) return expected("a length");
        type.kind = Kind::fixed_list;
      } else if (take("_")) {
        type.parts.push_back(std::nullopt);
      } else {
        Type part = TRY(this->type());
        type.parts.push_back(std::move(part));
      }
      if (!take(",") && !is_symbol(">")) return expected("\",\" or \">\"");
    }
    const size_t count = type.parts.size();
    const size_t wanted = type.kind == Kind::map ? 2 : 1;
    const bool is_right = type.kind == Kind::tuple ? count > 0 : type.kind == Kind::result ? count <= 2 : count == wanted;
    if (!is_right) return fail(type.where, "this type takes another number of types");
    return {};
  }

  Result<World> world() {
    World world{.where = here()};
    world.name = TRY(name("a world's name"));
    TRY(expect("{"));
    while (!take("}")) {
      const bool is_unstable = TRY(gate());
      World scrap;
      World& into = is_unstable ? scrap : world;
      if (is_keyword("import") || is_keyword("export")) into.items.push_back(TRY(world_item()));
      else if (take_word("include")) into.includes.push_back(TRY(include()));
      else if (!TRY(scope_item(into.scope))) return expected("import, export, include, use or a type");
    }
    return world;
  }

  Result<WorldItem> world_item() {
    WorldItem item{.is_export = is_keyword("export"), .where = here()};
    next();
    // "name: func" and "name: interface", but "wasi:http/types" is a path.
    if (is_symbol(":", 1) && (is_keyword("func", 2) || is_keyword("async", 2) || is_keyword("interface", 2)) && !is_symbol("/", 3)) {
      item.name = TRY(name("a name"));
      next();
      if (take_word("interface")) {
        item.interface.emplace(Interface{.where = item.where});
        TRY(interface_body(*item.interface));
        take(";");
        return item;
      }
      item.func.emplace();
      item.func->name = item.name;
      TRY(func_type(*item.func));
    } else {
      item.path = TRY(path());
    }
    TRY(expect(";"));
    return item;
  }

  Result<Include> include() {
    Include include{TRY(path()), {}};
    if (take_word("with")) {
      TRY(expect("{"));
      while (!take("}")) {
        std::string from = TRY(name("a name"));
        if (!take_word("as")) return expected("as");
        include.renames.emplace_back(std::move(from), TRY(name("a name")));
        if (!take(",") && !is_symbol("}")) return expected("\",\" or \"}\"");
      }
      take(";");
      return include;
    }
    TRY(expect(";"));
    return include;
  }

  const Source& source_;
  const std::vector<Token> tokens_;
  const Limits& limits_;
  size_t at_ = 0;
  uint32_t items_ = 0, depth_ = 0;
};

}  // namespace

std::unexpected<Error> fail(const Where& where, std::string what) {
  return std::unexpected(Error{ErrorKind::invalid, std::move(what), position(*where.source, where.offset)});
}

Result<std::vector<Package>> parse(const Source& source, const Limits& limits) {
  if (source.text.size() > limits.text_bytes_max)
    return std::unexpected(Error{ErrorKind::limit, fmt::format("the text is larger than {} bytes", limits.text_bytes_max), source.name});
  return Parser(source, TRY(tokens(source)), limits).run();
}

}  // namespace wherry::component::wit::tree
