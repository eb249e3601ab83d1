// SPDX-License-Identifier: GPL-3.0-or-later
// The text is compared whole, since it is what a person decides on.
#include "format/review.h"
#include "vectors_test.h"

static struct request request;
static char text[REVIEW_MAX + 1];
static uint8_t scripts[REQUEST_OUTPUTS_MAX][REQUEST_SCRIPT_MAX];
static struct review_context context;

static void set_script(uint32_t output, const char *hex)
{
    size_t size = vector_hex(hex, scripts[output], REQUEST_SCRIPT_MAX);
    request.outputs[output].script = (struct span){scripts[output], size};
}

static void good_request(void)
{
    memset(&request, 0, sizeof(request));
    context = (struct review_context){"d00d", "wallet", "beef", 12};
    request.network = NETWORK_TEST;
    request.version = 2;
    request.input_count = 1;
    request.output_count = 2;
    request.inputs[0] = (struct request_input){
        .amount = 100000000, .sequence = 0xffffffff, .path = {.kind = COIN_P2WPKH}};
    request.outputs[0].amount = 12345678;
    set_script(0, "0014751e76e8199196d454941c45d1b3a323f1433bd6");
    request.outputs[1].amount = 87653617;
    set_script(1, "00140101010101010101010101010101010101010101");
    request.outputs[1].is_change = true;
    request.outputs[1].change = (struct coin_path){COIN_P2WPKH, 1, 0, 42};
}

// Render, and check what must hold for every text.
static size_t render(void)
{
    struct refusal why;
    size_t size = 0;
    size_t column = 0;
    CHECK_EQ(request_check(&request, &why), ERR_OK);
    CHECK_EQ(review_render(&request, &context, text, sizeof(text), &size, &why), ERR_OK);
    text[size] = 0;
    for (size_t i = 0; i < size; i++) {
        CHECK(text[i] == '\n' || (text[i] >= 0x20 && text[i] < 0x7f));
        column = text[i] == '\n' ? 0 : column + 1;
        CHECK(column <= REVIEW_COLUMNS);
    }
    CHECK(size > 0 && text[size - 1] == '\n');
    return size;
}

static void expect_line(const char *line)
{
    char wanted[256];
    snprintf(wanted, sizeof(wanted), "\n%s\n", line);
    if (!CHECK(strstr(text, wanted) != NULL))
        fprintf(stderr, "    no line `%s` in:\n%s", line, text);
}

static void test_whole(void)
{
    good_request();
    render();
    static const char wanted[] =
        "Request    12\n"
        "Device     d00d\n"
        "App        wallet\n"
        "Publisher  beef\n"
        "Network    TESTNET - coins without value\n"
        "\n"
        "Pay               0.12345678 BTC   1 of 1\n"
        "  to     tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx\n"
        "Change            0.87653617 BTC   to this wallet: m/84'/1'/0'/1/42\n"
        "Fee               0.00000705 BTC   705 sat\n"
        "Fee rate   5.00 sat/vB, 141 vB\n"
        "Inputs            1.00000000 BTC   1 coin of this wallet\n"
        "You spend         0.12346383 BTC   payments and fee\n";
    if (!CHECK(strcmp(text, wanted) == 0))
        fprintf(stderr, "%s", text);
    request.network = NETWORK_MAIN;
    render();
    expect_line("Network    MAINNET - real money");
    expect_line("  to     bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
    expect_line("Change            0.87653617 BTC   to this wallet: m/84'/0'/0'/1/42");
}

static void test_fee(void)
{
    good_request();
    CHECK(!review_needs_fee_word(&request));
    request.outputs[1].amount = 100000000 - 12345678 - 141 * 500;
    CHECK(!review_needs_fee_word(&request)); // 500 sat/vB is allowed
    request.outputs[1].amount--;
    CHECK(review_needs_fee_word(&request));
    render();
    expect_line("WARNING    The fee rate is high: above 500 sat/vB.");
    expect_line("WARNING    Approving this also takes the word `fee`.");
    CHECK(strstr(text, "of the outputs") == NULL);
    good_request(); // 10 % of the outputs is allowed
    request.inputs[0].amount = 110;
    request.outputs[0].amount = 60;
    request.outputs[1].amount = 40;
    CHECK(!review_needs_fee_word(&request));
    request.inputs[0].amount = 111;
    CHECK(review_needs_fee_word(&request));
    render();
    expect_line("WARNING    The fee is high: 11.0 % of the outputs.");
    CHECK(strstr(text, "sat/vB.") == NULL);
    request.outputs[0].amount = 0;
    request.outputs[1].amount = 0;
    render();
    expect_line("WARNING    The fee is high: it takes everything.");
    request.inputs[0].amount = AMOUNT_MAX;
    render();
    expect_line("Fee        21000000.00000000 BTC   2100000000000000 sat");
    expect_line("Fee rate   14893617021276.59 sat/vB, 141 vB");
}

static void test_targets(void)
{
    good_request();
    request.output_count = 1;
    set_script(0, "6a0548656c6c6f");
    render();
    expect_line("  data   \"Hello\"");
    set_script(0, "6a4c0a225c0a1b5b324a0d7fc3"); // quote, backslash, line feed, escape sequence
    render();
    expect_line("  data   \"\\x22\\x5c\\x0a\\x1b[2J\\x0d\\x7f\\xc3\"");
    set_script(0, "6a0548656c6c"); // a push that is not whole
    render();
    expect_line("  script 6a0548656c6c");
    set_script(0, "6a");
    render();
    expect_line("  script 6a");
    set_script(0, "5210751e76e8199196d454941c45d1b3a323"); // a version of the future
    render();
    expect_line("  script 5210751e76e8199196d454941c45d1b3a323");
    request.outputs[0].is_change = true;
    set_script(0, "00140101010101010101010101010101010101010101");
    request.outputs[0].change = (struct coin_path){COIN_P2WPKH, 1, 0, 0};
    render();
    expect_line("Pays nobody: everything but the fee comes back to this wallet.");
}

// Nobody's name begins a line of its own or leaves its line.
static void test_names(void)
{
    good_request();
    context.app_name = "evil\nNetwork    MAINNET\x1b[1m\\\xff";
    render();
    expect_line("App        evil\\x0aNetwork    MAINNET\\x1b[1m\\x5c\\xff");
    context.app_name = "0123456789012345678901234567890123456789";
    render();
    expect_line("App        01234567890123456789012345678901");
    char name[33];
    memset(name, '\n', 32);
    name[32] = 0;
    context.app_name = name;
    render(); // longer than a line: wrapped and indented
    CHECK(strstr(text, "\n         \\x0a") != NULL);
}

static void test_timing(void)
{
    good_request();
    request.locktime = 840000;
    render();
    expect_line("Locktime   not before block 840000 (no effect, all inputs are final)");
    request.locktime = UINT32_MAX;
    render();
    expect_line("Locktime   not before 2106-02-07 06:28:15 UTC (no effect, all inputs are final)");
    request.locktime = 840000;
    request.inputs[0].sequence = 0xfffffffe;
    render();
    expect_line("Locktime   not before block 840000");
    CHECK(strstr(text, "Replace") == NULL);
    request.locktime = 1709251199; // 2024-02-29 23:59:59
    request.inputs[0].sequence = 0xfffffffd;
    render();
    expect_line("Locktime   not before 2024-02-29 23:59:59 UTC");
    expect_line("Replace    can be replaced before it is confirmed (RBF, BIP-125)");
    request.locktime = UINT32_MAX;
    request.inputs[0].sequence = 144;
    render();
    expect_line("Locktime   not before 2106-02-07 06:28:15 UTC");
    expect_line("Delay      an input is valid only some time after its coin (BIP-68)");
    request.version = 1; // BIP-68 begins with version 2
    render();
    CHECK(strstr(text, "Delay") == NULL);
}

static void test_sizes(void)
{
    struct refusal why = {0};
    size_t size = 0;
    good_request();
    request.output_count = REQUEST_OUTPUTS_MAX;
    for (uint32_t i = 0; i < REQUEST_OUTPUTS_MAX; i++) {
        request.outputs[i] = (struct request_output){.amount = 1000};
        set_script(i, "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    }
    size = render(); // as many outputs as there may be, with the longest address
    expect_line("Pay               0.00001000 BTC   256 of 256");
    CHECK_EQ(review_render(&request, &context, text, size - 1, &size, &why), ERR_TOO_SMALL);
    for (uint32_t i = 0; i < 100; i++) {
        memset(scripts[i], 0x51, REQUEST_SCRIPT_MAX);
        request.outputs[i].script.size = 300;
    }
    CHECK_EQ(request_check(&request, &why), ERR_OK);
    CHECK_EQ(review_render(&request, &context, text, sizeof(text), &size, &why), ERR_REFUSED);
    CHECK_EQ(why.code, REFUSAL_TEXT_SIZE);
}

int main(void)
{
    test_whole();
    test_fee();
    test_targets();
    test_names();
    test_timing();
    test_sizes();
    return unit_done();
}
