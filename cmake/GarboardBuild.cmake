# Warnings, sanitizers and size flags, as INTERFACE targets that every target of the project links.
add_library(garboard_warnings INTERFACE)
target_compile_options(garboard_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wsuggest-override>
  $<$<CXX_COMPILER_ID:GNU>:-Wnull-dereference>)

add_library(garboard_codegen INTERFACE)
target_compile_options(garboard_codegen INTERFACE -fvisibility=hidden -ffunction-sections -fdata-sections)
target_link_options(garboard_codegen INTERFACE -Wl,--gc-sections)
if(GARBOARD_SANITIZE)
  target_compile_options(garboard_codegen INTERFACE
    -fsanitize=${GARBOARD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(garboard_codegen INTERFACE -fsanitize=${GARBOARD_SANITIZE})
endif()
