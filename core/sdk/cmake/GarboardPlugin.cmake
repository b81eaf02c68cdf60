# SPDX-License-Identifier: Apache-2.0
# garboard_add_plugin(): the one way to build a plugin, for this project's drivers and for anyone
# else's. It holds the flags that keep a plugin's symbols, C++ runtime and libraries to itself.
include_guard(GLOBAL)

set(_garboard_static_runtime OFF)
if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$" AND NOT GARBOARD_SANITIZE
   AND NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
  set(_garboard_static_runtime ON)
endif()
option(GARBOARD_STATIC_RUNTIME "Link the C++ runtime into plugins" ${_garboard_static_runtime})

# garboard_add_plugin(NAME <name> KIND driver|hook SOURCES <file>...
#                     [LIBRARIES <target>...] [ALIASES <name>...]
#                     [SHARED_RUNTIME] [NO_INSTALL] [OUTPUT_DIRECTORY <dir>])
# Makes the target garboard-<kind>-<name>, a file garboard-<kind>-<name>.so in
# lib/garboard/plugins of the build tree and of the installation, and a symbolic link beside it for
# each alias. It links garboard::sdk and LIBRARIES, and exports garboard_plugin_v1 only.
# SHARED_RUNTIME: never link the C++ runtime into it; needed when one of LIBRARIES is itself a
# shared C++ library, whose exceptions this plugin catches.
function(garboard_add_plugin)
  cmake_parse_arguments(PARSE_ARGV 0 arg "SHARED_RUNTIME;NO_INSTALL" "NAME;KIND;OUTPUT_DIRECTORY"
                        "SOURCES;LIBRARIES;ALIASES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "garboard_add_plugin: unknown argument ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_KIND MATCHES "^(driver|hook)$")
    message(FATAL_ERROR "garboard_add_plugin: KIND is driver or hook, not '${arg_KIND}'")
  endif()
  foreach(name IN ITEMS "${arg_NAME}" LISTS arg_ALIASES)
    if(NOT name MATCHES "^[a-z0-9][a-z0-9+.-]*$")
      message(FATAL_ERROR "garboard_add_plugin: '${name}' is no name; use a-z, 0-9, '+', '.', '-'")
    endif()
  endforeach()
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/garboard/plugins)
  endif()

  set(target garboard-${arg_KIND}-${arg_NAME})
  add_library(${target} MODULE ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES
    PREFIX "" SUFFIX ".so" LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT_DIRECTORY}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(${target} PRIVATE garboard::sdk ${arg_LIBRARIES})
  foreach(own IN ITEMS garboard_warnings garboard_codegen)
    if(TARGET ${own})
      target_link_libraries(${target} PRIVATE ${own})
    endif()
  endforeach()
  _garboard_isolate(${target} "${arg_SHARED_RUNTIME}")
  _garboard_add_aliases(${target} ${arg_KIND} ${arg_OUTPUT_DIRECTORY} "${arg_ALIASES}")

  if(NOT arg_NO_INSTALL)
    install(TARGETS ${target} LIBRARY DESTINATION lib/garboard/plugins COMPONENT plugins)
    foreach(alias IN LISTS arg_ALIASES)
      install(FILES ${arg_OUTPUT_DIRECTORY}/garboard-${arg_KIND}-${alias}.so
              DESTINATION lib/garboard/plugins COMPONENT plugins)
    endforeach()
  endif()
endfunction()

function(_garboard_isolate target shared_runtime)
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/garboard_plugin.map)
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${map})
  target_link_options(${target} PRIVATE
    LINKER:--version-script=${map} LINKER:-z,now LINKER:--exclude-libs,ALL)
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:$<$<COMPILE_LANGUAGE:CXX>:-fno-gnu-unique>>
    $<$<OR:$<C_COMPILER_ID:GNU>,$<CXX_COMPILER_ID:GNU>>:-fno-semantic-interposition>)
  set(sanitized FALSE)
  if(GARBOARD_SANITIZE OR "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
    set(sanitized TRUE)
  endif()
  # clang leaves the sanitizers' symbols to the host
  if(NOT (sanitized AND "${CMAKE_CXX_COMPILER_ID}${CMAKE_C_COMPILER_ID}" MATCHES "Clang"))
    target_link_options(${target} PRIVATE LINKER:-z,defs)
  endif()
  if(GARBOARD_STATIC_RUNTIME AND NOT shared_runtime)
    target_link_options(${target} PRIVATE -static-libgcc
      $<$<LINK_LANGUAGE:CXX>:-static-libstdc++>)
  endif()
endfunction()

function(_garboard_add_aliases target kind directory aliases)
  foreach(alias IN LISTS aliases)
    add_custom_command(TARGET ${target} POST_BUILD VERBATIM
      COMMAND ${CMAKE_COMMAND} -E create_symlink ${target}.so garboard-${kind}-${alias}.so
      WORKING_DIRECTORY ${directory})
  endforeach()
endfunction()
