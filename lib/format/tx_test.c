// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/tx.h"
#include "vectors_test.h"

// BIP-143, "Native P2WPKH": the signed transaction, with a witness for the second input only. Its
// txid is that of the unsigned one with the first input's script.
static const char signed_hex[] = "01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf4335"
                                 "41db4e4ad969f00000000494830450221"
                                 "008b9d1dc26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30b"
                                 "e022040529b194ba3f9281a99f2b1c0a1"
                                 "9c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d"
                                 "279655c3aa89e815b1b309fe287d9b2b5"
                                 "5d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df"
                                 "378db99f66f85c95a783a76ac7a6d5988"
                                 "ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815"
                                 "988ac000247304402203609e17b84f6a7"
                                 "d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c451"
                                 "8331561406f90300e8f3358f51928d43c"
                                 "212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7acafcdb3566b"
                                 "b0ad253f62fc70f07aeee635711000000";

// The first block's only transaction and its txid, in the order of the encoding.
static const char genesis_hex[] = "0100000001000000000000000000000000000000000000000000000000000000"
                                  "0000000000ffffffff4d04ffff001d0104"
                                  "455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f"
                                  "72206f6e206272696e6b206f6620736563"
                                  "6f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a0100"
                                  "0000434104678afdb0fe5548271967f1a6"
                                  "7130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e5"
                                  "1ec112de5c384df7ba0b8d578a4c702b6b"
                                  "f11d5fac00000000";
static const char genesis_txid[] =
    "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a";

static uint8_t raw[2048];

static err_t parse(size_t size, struct tx *out)
{
    // A copy of just that size, so that the sanitizer sees a read beyond the end.
    static uint8_t *exact;
    free(exact);
    exact = malloc(size + 1);
    memcpy(exact, raw, size);
    return tx_parse((struct span){exact, size}, TX_ANY, out);
}

static void test_txid(void)
{
    struct tx tx = {0};
    struct tx_output out;
    uint8_t txid[TXID_SIZE], wanted[TXID_SIZE];
    size_t size = vector_hex(genesis_hex, raw, sizeof(raw));
    CHECK_EQ(parse(size, &tx), ERR_OK);
    tx_txid(&tx, txid);
    vector_hex(genesis_txid, wanted, sizeof(wanted));
    CHECK_MEM(txid, wanted, TXID_SIZE);
    CHECK_EQ(tx_output_at(&tx, 0, &out), ERR_OK);
    CHECK_EQ(out.amount, 5000000000);
    CHECK_EQ(out.script.size, 67);
    CHECK_EQ(tx_output_at(&tx, 1, &out), ERR_NOT_FOUND);
}

// With and without the witness it is one transaction, and the three spans are the latter.
static void test_witness(void)
{
    struct tx tx = {0}, bare = {0};
    uint8_t txid[TXID_SIZE], bare_txid[TXID_SIZE];
    static uint8_t joined[2048];
    size_t size = vector_hex(signed_hex, raw, sizeof(raw));
    CHECK_EQ(parse(size, &tx), ERR_OK);
    CHECK(tx.has_witness);
    CHECK_EQ(tx.version, 1);
    CHECK_EQ(tx.locktime, 17);
    CHECK_EQ(tx.input_count, 2);
    CHECK_EQ(tx.output_count, 2);
    tx_txid(&tx, txid);
    struct writer w = writer_of(joined, sizeof(joined));
    write_span(&w, tx.head);
    write_span(&w, tx.body);
    write_span(&w, tx.tail);
    CHECK(!w.full);
    CHECK_EQ(tx_parse((struct span){joined, writer_size(&w)}, TX_STRIPPED, &bare), ERR_OK);
    CHECK(!bare.has_witness);
    tx_txid(&bare, bare_txid);
    CHECK_MEM(txid, bare_txid, TXID_SIZE);
    struct reader inputs = reader_of_span(tx.inputs);
    struct tx_input in = tx_input_next(&inputs);
    CHECK_EQ(in.sequence, 0xffffffee);
    CHECK_EQ(in.script.size, 73);
    in = tx_input_next(&inputs);
    CHECK_EQ(in.vout, 1);
    CHECK_EQ(in.script.size, 0);
    CHECK_EQ(tx_parse((struct span){raw, size}, TX_STRIPPED, &bare), ERR_BAD_DATA);
}

static void test_refused(void)
{
    struct tx tx;
    size_t size = vector_hex(signed_hex, raw, sizeof(raw));
    for (size_t cut = 0; cut < size; cut++)
        CHECK_EQ(parse(cut, &tx), ERR_BAD_DATA);
    CHECK_EQ(parse(size + 1, &tx), ERR_BAD_DATA);
    raw[5] = 2; // a flag that BIP-144 does not define
    CHECK_EQ(parse(size, &tx), ERR_BAD_DATA);
    // One input, no output, a witness flag, an empty witness: a second encoding of the same.
    size = vector_hex("02000000000101", raw, sizeof(raw));
    memset(raw + size, 0, 200);
    CHECK_EQ(parse(size + 41 + 1 + 1 + 4, &tx), ERR_BAD_DATA);
    raw[size + 41 + 1] = 1; // one item, empty
    CHECK_EQ(parse(size + 41 + 1 + 2 + 4, &tx), ERR_OK);
    // Counts that the data cannot hold, and one that is not the shortest.
    size = vector_hex("02000000feffffffff", raw, sizeof(raw));
    CHECK_EQ(parse(size, &tx), ERR_BAD_DATA);
    size = vector_hex("02000000fd0000", raw, sizeof(raw));
    memset(raw + size, 0, 200);
    CHECK_EQ(parse(size + 5, &tx), ERR_BAD_DATA);
}

// An unsigned transaction without inputs (BIP-174) begins like a witness marker.
static void test_stripped(void)
{
    struct tx tx = {0};
    size_t size = vector_hex("0200000000010000000000000000026a0000000000", raw, sizeof(raw));
    CHECK_EQ(tx_parse((struct span){raw, size}, TX_STRIPPED, &tx), ERR_OK);
    CHECK_EQ(tx.input_count, 0);
    CHECK_EQ(tx.output_count, 1);
    CHECK_EQ(tx_parse((struct span){raw, size}, TX_ANY, &tx), ERR_BAD_DATA);
}

static void test_cursors(void)
{
    static const uint64_t values[] = {0, 0xfc, 0xfd, 0xffff, 0x10000, 0xffffffff, 0x100000000};
    uint8_t bytes[9];
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct writer w = writer_of(bytes, sizeof(bytes));
        write_compact(&w, values[i]);
        struct reader r = reader_of(bytes, writer_size(&w));
        CHECK_EQ(read_compact(&r), values[i]);
        CHECK_EQ(r.fault, BYTES_OK);
        CHECK_EQ(reader_left(&r), 0);
        r = reader_of(bytes, writer_size(&w) - 1);
        CHECK_EQ(read_compact(&r), 0);
        CHECK_EQ(r.fault, BYTES_SHORT);
    }
    static const uint8_t longer[] = {0xfe, 0xff, 0xff, 0, 0};
    struct reader r = reader_of(longer, sizeof(longer));
    CHECK_EQ(read_compact(&r), 0);
    CHECK_EQ(r.fault, BYTES_FORM);
    CHECK_EQ(read_u32(&r), 0); // failed once, failed for good
    struct writer w = writer_of(bytes, 2);
    write_u32(&w, 1);
    write_u8(&w, 1);
    CHECK(w.full);
    CHECK_EQ(writer_size(&w), 0);
}

int main(void)
{
    test_txid();
    test_witness();
    test_refused();
    test_stripped();
    test_cursors();
    return unit_done();
}
