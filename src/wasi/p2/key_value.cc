// wasi:keyvalue/store@0.2.0-draft2 over host::KeyValue. Its calls may wait for a disk: they run where that hurts nobody.
#include "wasi/p2/interfaces.h"
#include "wasi/p2/io.h"

namespace wherry::wasi::p2 {

struct StoreError {
  using variant = std::variant<None, None, std::string>;
  variant value;
};
struct KeyResponse {
  std::vector<std::string> keys;
  std::optional<std::string> cursor;
};

}  // namespace wherry::wasi::p2

namespace wherry::runtime::component {
template <>
struct Shape<wasi::p2::StoreError> {
  static constexpr Form form = Form::variant;
  static constexpr std::string_view names[] = {"no-such-store", "access-denied", "other"};
};
template <>
struct Shape<wasi::p2::KeyResponse> {
  static constexpr Form form = Form::record;
  static constexpr std::tuple members{&wasi::p2::KeyResponse::keys, &wasi::p2::KeyResponse::cursor};
  static constexpr std::string_view names[] = {"keys", "cursor"};
};
}  // namespace wherry::runtime::component

namespace wherry::wasi::p2 {
namespace {

using rc::row;
template <typename T>
using StoreResult = std::expected<T, StoreError>;

struct Bucket : rc::Resource {
  explicit Bucket(std::shared_ptr<host::Bucket> bucket) : bucket(std::move(bucket)) {}
  static const rc::ResourceKind kind;
  std::shared_ptr<host::Bucket> bucket;
};
constinit const rc::ResourceKind Bucket::kind = rc::kind_of<Bucket>("bucket");

StoreError error_of(host::KeyValueError error) {
  using Kind = host::KeyValueError::Kind;
  using Cases = StoreError::variant;
  if (error.kind == Kind::no_such_store) return {Cases(std::in_place_index<0>)};
  if (error.kind == Kind::access_denied) return {Cases(std::in_place_index<1>)};
  return {Cases(std::in_place_index<2>, std::move(error.text))};
}

// Runs `call` where it may block, and gives its error the guest's form.
template <typename Call>
auto blocking(Context& context, Call call) -> StoreResult<typename decltype(call())::value_type> {
  std::optional<decltype(call())> result;
  context.run([&] { result.emplace(call()); });
  if (!*result) return std::unexpected(error_of(std::move(*result).error()));
  if constexpr (std::is_void_v<typename decltype(call())::value_type>) return {};
  else return std::move(**result);
}

StoreResult<std::unique_ptr<Bucket>> open(Context& context, std::string identifier) {
  auto bucket = blocking(context, [&] { return context.key_value->open(identifier); });
  if (!bucket) return std::unexpected(std::move(bucket).error());
  return std::make_unique<Bucket>(std::move(*bucket));
}

StoreResult<std::optional<Bytes>> get(Context& context, Bucket& bucket, std::string key) {
  return blocking(context, [&] { return bucket.bucket->get(key); });
}
StoreResult<void> set(Context& context, Bucket& bucket, std::string key, ByteView value) {
  return blocking(context, [&] { return bucket.bucket->set(key, value); });
}
StoreResult<void> remove(Context& context, Bucket& bucket, std::string key) {
  return blocking(context, [&] { return bucket.bucket->remove(key); });
}
StoreResult<bool> exists(Context& context, Bucket& bucket, std::string key) {
  return blocking(context, [&] { return bucket.bucket->exists(key); });
}
StoreResult<KeyResponse> list_keys(Context& context, Bucket& bucket, std::optional<std::string> cursor) {
  auto page = blocking(context, [&] { return bucket.bucket->keys(cursor); });
  if (!page) return std::unexpected(std::move(page).error());
  return KeyResponse{std::move(page->keys), std::move(page->cursor)};
}

constexpr rc::HostFunction store_functions[] = {
    row<&open>("open"),
    row<&get>("[method]bucket.get"),
    row<&set>("[method]bucket.set"),
    row<&remove>("[method]bucket.delete"),
    row<&exists>("[method]bucket.exists"),
    row<&list_keys>("[method]bucket.list-keys"),
};
constexpr const rc::ResourceKind* store_resources[] = {&Bucket::kind};

}  // namespace

const rc::HostInterface store_interface{"wasi:keyvalue/store", "0.2.0-draft2", "0.2.0-draft2", store_functions, store_resources};

}  // namespace wherry::wasi::p2
