# Drivers made by other compilers, for other C++ libraries and in other languages, to be loaded into
# one process. What cannot be built here is told to the test, which then says so.
set(mixed_dir ${CMAKE_CURRENT_BINARY_DIR}/mixed)
set(mixed_outputs "")
set(mixed_missing "")
set(sdk_dir ${PROJECT_SOURCE_DIR}/core/sdk)
set(minimal ${PROJECT_SOURCE_DIR}/examples/minimal_driver/minimal_driver.cpp)

# by_libcxx(<folder> <option>...): examples/minimal_driver by clang++ with LLVM's C++ library
function(by_libcxx folder)
  set(output ${mixed_dir}/${folder}/garboard-driver-minimal.so)
  file(MAKE_DIRECTORY ${mixed_dir}/${folder})
  add_custom_command(OUTPUT ${output} DEPENDS ${minimal} ${sdk_dir}/include/garboard/driver.hpp
    COMMAND ${mixed_clang} -stdlib=libc++ -std=c++20 -O1 -shared -fPIC -fvisibility=hidden
            -I${sdk_dir}/include ${minimal} -o ${output} ${ARGN} -lsqlite3
            -Wl,--version-script=${sdk_dir}/cmake/garboard_plugin.map -Wl,-z,now
            -Wl,--exclude-libs,ALL
    VERBATIM)
  set(mixed_outputs ${mixed_outputs} ${output} PARENT_SCOPE)
endfunction()

find_program(mixed_clang NAMES clang++-14 clang++)
set(has_libcxx FALSE)
if(mixed_clang)
  execute_process(COMMAND ${mixed_clang} -stdlib=libc++ -std=c++20 -x c++ -include vector -
                          -o /dev/null -l:libc++abi.a
                  INPUT_FILE ${CMAKE_CURRENT_LIST_DIR}/plugins/nothing.cpp
                  RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
  if(result EQUAL 0)
    set(has_libcxx TRUE)
  endif()
endif()
if(has_libcxx)
  by_libcxx(libcxx_shared)
  by_libcxx(libcxx_inside -static-libstdc++ -l:libc++abi.a)
else()
  string(APPEND mixed_missing "clang++ with libc++ (libc++-dev, libc++abi-dev); ")
endif()

find_program(mixed_cargo NAMES cargo)
if(mixed_cargo)
  set(rust_dir ${PROJECT_SOURCE_DIR}/examples/driver_rust)
  set(output ${mixed_dir}/rust/garboard-driver-rust.so)
  file(MAKE_DIRECTORY ${mixed_dir}/rust)
  add_custom_command(OUTPUT ${output}
    DEPENDS ${rust_dir}/src/lib.rs ${rust_dir}/src/sqlite.rs ${rust_dir}/../rust_abi/src/lib.rs
    COMMAND ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${mixed_dir}/cargo ${mixed_cargo} build
            --quiet --release --offline --manifest-path ${rust_dir}/Cargo.toml
    COMMAND ${CMAKE_COMMAND} -E copy ${mixed_dir}/cargo/release/libgarboard_driver_rust.so ${output}
    VERBATIM)
  list(APPEND mixed_outputs ${output})
else()
  string(APPEND mixed_missing "cargo; ")
endif()

add_custom_target(garboard_mixed_plugins DEPENDS ${mixed_outputs})
garboard_test(plugin_host_mixed_test SOURCES mixed_test.cpp)
target_compile_definitions(plugin_host_mixed_test PRIVATE
  GARBOARD_TEST_PLUGINS="${plugin_dir}" GARBOARD_TEST_MIXED="${mixed_dir}"
  GARBOARD_TEST_MISSING="${mixed_missing}"
  GARBOARD_TEST_FROZEN="$<TARGET_FILE_DIR:garboard_frozen_as_it_was>")
add_dependencies(plugin_host_mixed_test garboard_mixed_plugins garboard-driver-toy
                 garboard_frozen_as_it_was)
