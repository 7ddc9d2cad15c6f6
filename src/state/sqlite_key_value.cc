#include "state/sqlite_key_value.h"

#include <mutex>

#include "state/rules.h"
#include "state/sqlite_schema.h"

namespace wherry::state {
namespace {

using host::Bytes;
using host::KeyPage;
using host::Kv;

constexpr const char* steps[] = {
    "CREATE TABLE bucket (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE);"
    "CREATE TABLE entry (bucket INTEGER NOT NULL REFERENCES bucket, key BLOB NOT NULL, value BLOB NOT NULL, UNIQUE (bucket, key))",
};
constexpr SqliteSchema schema{0x57484B56 /* WHKV */, "a key-value store of Wherry", steps};

template <typename T>
Kv<T> to_kv(Result<T> result) {
  if (!result) return refused(std::move(result.error().what));
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(result);
  }
}

// One connection and its statements, one user at a time.
struct Connection {
  const SqliteKeyValueOptions options;
  std::mutex mutex;
  SqliteDatabase database;
  SqliteStatement get, put, erase, exists, keys, find_bucket, add_bucket;

  explicit Connection(SqliteKeyValueOptions options, SqliteDatabase database) : options(std::move(options)), database(std::move(database)) {}

  Result<void> prepare() {
    get = TRY(database.prepare("SELECT value FROM entry WHERE bucket = ?1 AND key = ?2"));
    put = TRY(database.prepare("INSERT INTO entry VALUES (?1, ?2, ?3) ON CONFLICT (bucket, key) DO UPDATE SET value = excluded.value"));
    erase = TRY(database.prepare("DELETE FROM entry WHERE bucket = ?1 AND key = ?2"));
    exists = TRY(database.prepare("SELECT 1 FROM entry WHERE bucket = ?1 AND key = ?2"));
    keys = TRY(database.prepare("SELECT key FROM entry WHERE bucket = ?1 AND (key > ?2 OR ?3) ORDER BY key LIMIT ?4"));
    find_bucket = TRY(database.prepare("SELECT id FROM bucket WHERE name = ?1"));
    add_bucket = TRY(database.prepare("INSERT INTO bucket (name) VALUES (?1) ON CONFLICT DO NOTHING"));
    return {};
  }

  Result<int64_t> bucket(std::string_view name) {
    if (TRY(find_bucket.bind(1, name).step())) {
      const int64_t id = find_bucket.integer(0);
      find_bucket.reset();
      return id;
    }
    TRY(add_bucket.bind(1, name).run());
    TRY(find_bucket.bind(1, name).step());
    const int64_t id = find_bucket.integer(0);
    find_bucket.reset();
    return id;
  }

  Result<std::optional<Bytes>> find(int64_t bucket, std::string_view key) {
    if (!TRY(get.bind(1, bucket).bind(2, key).step())) return std::nullopt;
    Bytes value = get.blob(0);
    get.reset();
    return value;
  }

  Result<void> store(int64_t bucket, std::string_view key, SqlBytes value) { return put.bind(1, bucket).bind(2, key).bind(3, value).run(); }
};

class SqliteBucket final : public host::Bucket {
 public:
  SqliteBucket(std::shared_ptr<Connection> connection, int64_t id) : connection_(std::move(connection)), id_(id) {}

  Kv<std::optional<Bytes>> get(std::string_view key) override {
    TRY(check_key(limits(), key));
    const std::lock_guard lock(connection_->mutex);
    return to_kv(connection_->find(id_, key));
  }

  Kv<void> set(std::string_view key, std::span<const uint8_t> value) override {
    TRY(check_key(limits(), key));
    TRY(check_value(limits(), value.size()));
    const std::lock_guard lock(connection_->mutex);
    return to_kv(connection_->store(id_, key, value));
  }

  Kv<void> remove(std::string_view key) override {
    TRY(check_key(limits(), key));
    const std::lock_guard lock(connection_->mutex);
    return to_kv(connection_->erase.bind(1, id_).bind(2, key).run());
  }

  Kv<bool> exists(std::string_view key) override {
    TRY(check_key(limits(), key));
    const std::lock_guard lock(connection_->mutex);
    auto found = connection_->exists.bind(1, id_).bind(2, key).step();
    connection_->exists.reset();
    return to_kv(std::move(found));
  }

  Kv<KeyPage> keys(const std::optional<std::string>& cursor) override {
    if (cursor) TRY(check_key(limits(), *cursor));
    const std::lock_guard lock(connection_->mutex);
    return to_kv(list(cursor));
  }

  Kv<int64_t> increment(std::string_view key, int64_t delta) override {
    TRY(check_key(limits(), key));
    const std::lock_guard lock(connection_->mutex);
    SqliteTransaction transaction = TRY(to_kv(SqliteTransaction::begin(connection_->database)));
    const int64_t sum = TRY(add(TRY(to_kv(connection_->find(id_, key))), delta));
    TRY(to_kv(connection_->store(id_, key, counter_bytes(sum))));
    TRY(to_kv(transaction.commit()));
    return sum;
  }

  Kv<bool> compare_and_swap(std::string_view key, const std::optional<Bytes>& expected, std::span<const uint8_t> value) override {
    TRY(check_key(limits(), key));
    TRY(check_value(limits(), value.size()));
    const std::lock_guard lock(connection_->mutex);
    SqliteTransaction transaction = TRY(to_kv(SqliteTransaction::begin(connection_->database)));
    if (TRY(to_kv(connection_->find(id_, key))) != expected) return false;
    TRY(to_kv(connection_->store(id_, key, value)));
    TRY(to_kv(transaction.commit()));
    return true;
  }

  Kv<std::vector<std::optional<Bytes>>> get_many(std::span<const std::string> keys) override {
    TRY(check_keys(limits(), keys));
    return in_transaction([&]() -> Result<std::vector<std::optional<Bytes>>> {
      std::vector<std::optional<Bytes>> values;
      for (const std::string& key : keys) values.push_back(TRY(connection_->find(id_, key)));
      return values;
    });
  }

  Kv<void> set_many(std::span<const Entry> entries) override {
    TRY(check_entries(limits(), entries));
    return in_transaction([&]() -> Result<void> {
      for (const auto& [key, value] : entries) TRY(connection_->store(id_, key, value));
      return {};
    });
  }

  Kv<void> remove_many(std::span<const std::string> keys) override {
    TRY(check_keys(limits(), keys));
    return in_transaction([&]() -> Result<void> {
      for (const std::string& key : keys) TRY(connection_->erase.bind(1, id_).bind(2, key).run());
      return {};
    });
  }

 private:
  const host::KeyValueLimits& limits() const { return connection_->options.limits; }

  template <typename Work>
  auto in_transaction(Work work) -> decltype(to_kv(work())) {
    const std::lock_guard lock(connection_->mutex);
    SqliteTransaction transaction = TRY(to_kv(SqliteTransaction::begin(connection_->database)));
    auto done = to_kv(work());
    if (done) TRY(to_kv(transaction.commit()));
    return done;
  }

  // One more than a page, to know whether there is a next one.
  Result<KeyPage> list(const std::optional<std::string>& cursor) {
    const auto page_max = static_cast<int64_t>(limits().page_keys_max);
    SqliteStatement& statement = connection_->keys;
    statement.bind(1, id_).bind(2, std::string_view(cursor ? *cursor : "")).bind(3, int64_t{!cursor}).bind(4, page_max + 1);
    KeyPage page;
    while (TRY(statement.step())) page.keys.push_back(statement.text(0));
    if (page.keys.size() > limits().page_keys_max) {
      page.keys.pop_back();
      page.cursor = page.keys.back();
    }
    return page;
  }

  std::shared_ptr<Connection> connection_;
  int64_t id_;
};

class SqliteKeyValue final : public host::KeyValue {
 public:
  explicit SqliteKeyValue(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Kv<std::shared_ptr<host::Bucket>> open(std::string_view identifier) override {
    TRY(check_identifier(connection_->options.limits, identifier));
    if (!connection_->options.grants.allows(identifier)) return no_such_store(identifier);
    const std::lock_guard lock(connection_->mutex);
    const int64_t id = TRY(to_kv(connection_->bucket(identifier)));
    return std::make_shared<SqliteBucket>(connection_, id);
  }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace

Result<std::unique_ptr<host::KeyValue>> open_sqlite_key_value(const std::string& path, SqliteKeyValueOptions options) {
  SqliteDatabase database = TRY(SqliteDatabase::open(path, options.database));
  TRY(bring_up_to_date(database, schema));
  TRY(database.use_wal());
  auto connection = std::make_shared<Connection>(std::move(options), std::move(database));
  TRY(connection->prepare());
  return std::make_unique<SqliteKeyValue>(std::move(connection));
}

}  // namespace wherry::state
