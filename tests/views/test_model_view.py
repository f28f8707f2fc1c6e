"""What the base view promises of every view that derives from it."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from flask_appbuilder import ModelView

from app.views.model_view import SafeModelView
from tests.views.browsing import Browser, signed_in
from tests.views.world import World


def test_every_list_and_form_over_a_table_derives_from_the_safe_view(shared_app: Flask):
    views = [view for view in shared_app.appbuilder.baseviews if isinstance(view, ModelView)]
    assert views
    assert all(isinstance(view, SafeModelView) for view in views)


def test_no_view_offers_actions_downloads_or_related_views(shared_app: Flask):
    views = [view for view in shared_app.appbuilder.baseviews if isinstance(view, ModelView)]
    endpoints = {rule.endpoint for rule in shared_app.url_map.iter_rules()}
    unwanted = {f"{view.endpoint}.{name}" for view in views for name in ("action", "action_post", "download")}
    assert endpoints.isdisjoint(unwanted)
    assert [view for view in views if view.related_views] == []


def test_every_page_names_its_permission(shared_app: Flask):
    free = {
        "StartView", "UtilView", "LocaleView", "SignInView", "PhoneManagerView", "AccountView", "SearchView",
        "TenantSwitchView", "LiveView", "MonitoringView", "OwnTokensView", "ApiViewerView",
        "SecondFactorView", "SecondStepView", "ProviderSignInView",
    }  # fmt: skip
    unnamed = {
        type(view).__name__
        for view in shared_app.appbuilder.baseviews
        if type(view).class_permission_name is None
    }
    assert unnamed == free


def test_threads_do_not_see_what_another_searches_for(shared_app: Flask, shared_world: World):
    browsers = [signed_in(shared_app, "alice") for _ in range(4)]
    words = ["acme", "globex", "acme", "globex"]
    with ThreadPoolExecutor(len(browsers)) as threads:
        assert list(threads.map(found_by_searching, browsers, words)) == [{word.title()} for word in words]


def found_by_searching(browser: Browser, words: str) -> set[str]:
    """Return the tenants on the pages of many searches for the same words."""
    pages = [browser.get(f"/tenants/list/?q={words}").text.partition("<tbody>")[2] for _ in range(25)]
    return {name for name in ("Acme", "Globex", "Default") for page in pages if f">{name}<" in page}
