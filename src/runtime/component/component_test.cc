#include <gtest/gtest.h>

#include "runtime/component/handles.h"
#include "runtime/component/interface.h"
#include "runtime/component/strings.h"

namespace wherry::runtime::component {
namespace {

const HostInterface streams{"wasi:io/streams", "0.2.0", "0.2.12", {}, {}};
const HostInterface store{"wasi:keyvalue/store", "0.2.0-draft2", "0.2.0-draft2", {}, {}};

TEST(Interface, versions_match_by_semver) {
  EXPECT_TRUE(provides(streams, "wasi:io/streams@0.2.0"));
  EXPECT_TRUE(provides(streams, "wasi:io/streams@0.2.9"));
  EXPECT_FALSE(provides(streams, "wasi:io/streams@0.2.13"));
  EXPECT_FALSE(provides(streams, "wasi:io/streams@0.3.0"));
  EXPECT_FALSE(provides(streams, "wasi:io/streams@0.2.0-rc"));
  EXPECT_FALSE(provides(streams, "wasi:io/poll@0.2.0"));
  EXPECT_TRUE(provides(store, "wasi:keyvalue/store@0.2.0-draft2"));
  EXPECT_FALSE(provides(store, "wasi:keyvalue/store@0.2.0"));
}

TEST(Handles, zero_is_never_a_handle_and_places_are_used_again) {
  HandleTable table(2);
  const ResourceKind kind{"r"};
  EXPECT_EQ(table.find(0), nullptr);
  const uint32_t first = table.add({&kind, 10, true}), second = table.add({&kind, 20, true});
  EXPECT_EQ(first, 1u);
  EXPECT_EQ(second, 2u);
  EXPECT_EQ(table.add({&kind, 30, true}), 0u);
  table.remove(first);
  EXPECT_EQ(table.find(first), nullptr);
  EXPECT_EQ(table.add({&kind, 40, true}), first);
  EXPECT_EQ(table.find(first)->rep, 40u);
}

TEST(Strings, encodings_come_and_go) {
  const std::string text = "a\u00E9\u20AC\U0001F600";
  const std::u16string wide = utf16_from_utf8(text);
  EXPECT_EQ(wide, u"a\u00E9\u20AC\U0001F600");
  EXPECT_EQ(utf8_from_utf16({reinterpret_cast<const uint8_t*>(wide.data()), wide.size() * 2}), text);
  EXPECT_EQ(latin1_from_utf8("\u00E9"), "\xE9");
  EXPECT_EQ(latin1_from_utf8(text), std::nullopt);
  EXPECT_EQ(utf8_from_latin1(std::vector<uint8_t>{0xE9}), "\u00E9");
}

TEST(Strings, a_surrogate_alone_is_refused) {
  EXPECT_EQ(utf8_from_utf16(std::vector<uint8_t>{0x00, 0xD8}), std::nullopt);
  EXPECT_EQ(utf8_from_utf16(std::vector<uint8_t>{0x00, 0xDC, 0x41, 0x00}), std::nullopt);
  EXPECT_EQ(utf8_from_utf16(std::vector<uint8_t>{0x00, 0xD8, 0x41, 0x00}), std::nullopt);
}

}  // namespace
}  // namespace wherry::runtime::component
