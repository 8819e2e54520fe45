/* libFuzzer's door to fuzz_date(): `make fuzz`. */
#include "../support/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_date(data, size);
    return 0;
}
