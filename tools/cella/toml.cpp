// SPDX-License-Identifier: GPL-3.0-or-later
#include "toml.h"

// toml++ 3.3 asserts in places that malformed text reaches (`[#`): an error of the text, not ours.
struct parser_gave_up {
};
#define TOML_ASSERT(condition) ((condition) ? void() : throw parser_gave_up{})
#define TOML_EXCEPTIONS        0
#define TOML_HEADER_ONLY       1
#include <algorithm>
#include <deque>
#include <string>
#include <toml++/toml.h>
#include <vector>

namespace
{

// Everything that the plain tree points to.
struct document {
    setting root; // first: settings_free gets its address
    std::deque<std::string> strings;
    std::deque<std::vector<setting>> lists;
};

const char *keep(document &doc, std::string_view text)
{
    doc.strings.emplace_back(text);
    return doc.strings.back().c_str();
}

setting plain(document &doc, const toml::node &node);

unsigned line_of(const toml::node &node)
{
    return static_cast<unsigned>(node.source().begin.line);
}

void plain_table(document &doc, const toml::table &table, setting &out)
{
    struct member {
        toml::source_position at;
        setting value;
    };
    std::vector<member> members;
    std::vector<setting> items;

    for (auto &&[key, value] : table) {
        setting item = plain(doc, value);
        item.line = static_cast<unsigned>(key.source().begin.line);
        item.key = keep(doc, key.str());
        members.push_back({key.source().begin, item});
    }
    std::stable_sort(members.begin(), members.end(),
                     [](const member &a, const member &b) { return a.at < b.at; });
    for (auto &m : members)
        items.push_back(m.value);
    doc.lists.push_back(std::move(items));
    out.kind = SETTING_TABLE;
    out.items = doc.lists.back().data();
    out.count = doc.lists.back().size();
}

void plain_array(document &doc, const toml::array &array, setting &out)
{
    std::vector<setting> items;

    for (auto &&value : array)
        items.push_back(plain(doc, value));
    doc.lists.push_back(std::move(items));
    out.kind = SETTING_ARRAY;
    out.items = doc.lists.back().data();
    out.count = doc.lists.back().size();
}

setting plain(document &doc, const toml::node &node)
{
    setting out = {};

    out.kind = SETTING_OTHER;
    out.line = line_of(node);
    if (auto *table = node.as_table()) {
        plain_table(doc, *table, out);
    } else if (auto *array = node.as_array()) {
        plain_array(doc, *array, out);
    } else if (auto *text = node.as_string()) {
        if (text->get().find('\0') == std::string::npos) {
            out.kind = SETTING_STRING;
            out.string = keep(doc, text->get());
        }
    } else if (auto *number = node.as_integer()) {
        out.kind = SETTING_INTEGER;
        out.integer = number->get();
    } else if (auto *boolean = node.as_boolean()) {
        out.kind = SETTING_BOOL;
        out.boolean = boolean->get();
    }
    return out;
}

// Whether the parser gives up on the first `size` bytes.
bool gives_up(const char *text, size_t size)
{
    try {
        (void)toml::parse(std::string_view(text, size));
        return false;
    } catch (const parser_gave_up &) {
        return true;
    }
}

// The line behind which giving up begins.
unsigned line_given_up(const char *text, size_t size)
{
    unsigned line = 1;

    for (size_t at = 0; at < size; at++)
        if (text[at] == '\n') {
            if (gives_up(text, at))
                return line;
            line++;
        }
    return line;
}

} // namespace

const setting *settings_read(const char *text, size_t size, const char **reason, unsigned *line)
try {
    static std::string why;
    toml::parse_result parsed = toml::parse(std::string_view(text, size));

    if (!parsed) {
        why = std::string(parsed.error().description());
        std::replace(why.begin(), why.end(), '\n', ' ');
        *reason = why.c_str();
        *line = static_cast<unsigned>(parsed.error().source().begin.line);
        return nullptr;
    }
    auto *doc = new document{};
    plain_table(*doc, parsed.table(), doc->root);
    return &doc->root;
} catch (const parser_gave_up &) {
    *reason = "a key or a bracket is malformed";
    *line = line_given_up(text, size);
    return nullptr;
}

void settings_free(const setting *root)
{
    delete reinterpret_cast<const document *>(root);
}
