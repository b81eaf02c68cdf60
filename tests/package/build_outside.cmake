# SPDX-License-Identifier: Apache-2.0
# Run by CTest with build, work, source, generator, compiler and nm.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${work})
run(${CMAKE_COMMAND} --install ${build} --component sdk --prefix ${work}/sdk)
run(${CMAKE_COMMAND} -S ${source} -B ${work}/build -G ${generator} -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_CXX_COMPILER=${compiler} -DCMAKE_PREFIX_PATH=${work}/sdk)
run(${CMAKE_COMMAND} --build ${work}/build)
run(${CMAKE_COMMAND} --install ${work}/build --prefix ${work}/installed)

set(plugins ${work}/installed/lib/garboard/plugins)
set(plugin ${plugins}/garboard-driver-outside.so)
execute_process(COMMAND ${nm} -D --defined-only ${plugin} OUTPUT_VARIABLE symbols RESULT_VARIABLE result)
if(NOT result EQUAL 0 OR NOT symbols MATCHES "^[0-9a-f]+ T garboard_plugin_v1\n$")
  message(FATAL_ERROR "${plugin} exports something else than garboard_plugin_v1:\n${symbols}")
endif()
file(READ_SYMLINK ${plugins}/garboard-driver-out.so target)
if(NOT target STREQUAL "garboard-driver-outside.so")
  message(FATAL_ERROR "the alias leads to ${target}")
endif()
