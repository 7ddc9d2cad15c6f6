# Runs an embedding example and compares what it prints with expected.txt.
execute_process(COMMAND ${PROGRAM} ${FOLDER}/greeter.wat ${FOLDER}/primes.wat ${FOLDER}/hostile.wat
                OUTPUT_VARIABLE printed ERROR_VARIABLE errors RESULT_VARIABLE status)
file(READ ${FOLDER}/expected.txt expected)
if(NOT status EQUAL 0 OR NOT printed STREQUAL expected)
  message(FATAL_ERROR "status ${status}\n${errors}\nprinted:\n${printed}\nexpected:\n${expected}")
endif()
