"""How the documentation becomes a site: `make docs` builds it into build/docs, and any fault ends the build.

Pages are Markdown that reads well in the repository too. A page that no `toctree` names, a link without its page and an
anchor without its heading are faults.
"""

project = "Ringmaster"
author = "the founders of Ringmaster"
html_title = "Ringmaster"
language = "en"

extensions = ["myst_parser"]
# The anchors of headings are those that the repository's own view gives them.
myst_heading_anchors = 4

html_theme = "furo"
# The theme and its fonts come from the installed packages; `tools/check_site.py` refuses an asset from elsewhere.
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5c8c", "color-brand-content": "#0b5c8c"},
    "dark_css_variables": {"color-brand-primary": "#6cb8e6", "color-brand-content": "#6cb8e6"},
}
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
