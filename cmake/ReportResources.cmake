# Embeds style, script and plotly.js into the report room. scripts/install-deps.sh puts plotly.js where it is found here.
set(VITRION_PLOTLY_VERSION 4.1.1)
set(VITRION_JS_DIR "/usr/local/share/vitrion-js" CACHE PATH "Folder of the JavaScript libraries that go into reports")
set(plotly "${VITRION_JS_DIR}/plotly-basic-${VITRION_PLOTLY_VERSION}.min.js")
set(plotly_license "${VITRION_JS_DIR}/plotly-${VITRION_PLOTLY_VERSION}.LICENSE")
if(NOT EXISTS "${plotly}" OR NOT EXISTS "${plotly_license}")
  message(FATAL_ERROR "plotly.js ${VITRION_PLOTLY_VERSION} is not in ${VITRION_JS_DIR}: run scripts/install-deps.sh")
endif()
set(web "${PROJECT_SOURCE_DIR}/src/vitrion/report/web")
set_source_files_properties("${PROJECT_SOURCE_DIR}/src/vitrion/report/resources.cpp" PROPERTIES
  OBJECT_DEPENDS "${plotly};${plotly_license};${web}/report.css;${web}/report.js"
  COMPILE_DEFINITIONS "VITRION_REPORT_STYLE=\"${web}/report.css\";VITRION_REPORT_SCRIPT=\"${web}/report.js\";VITRION_PLOTLY_SCRIPT=\"${plotly}\";VITRION_PLOTLY_LICENSE=\"${plotly_license}\";VITRION_PLOTLY_NAME=\"plotly.js ${VITRION_PLOTLY_VERSION}\"")
