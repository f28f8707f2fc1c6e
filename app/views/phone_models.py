"""Phone models: the kinds of phones that are recognised and configured."""

from app.models import PhoneModel
from app.security.roles import PHONE_MODELS
from app.views.fast_interface import FastInterface
from app.views.formats import yes_or_no
from app.views.model_view import SafeModelView


class PhoneModelView(SafeModelView):
    """The phone models, to look at."""

    datamodel = FastInterface(PhoneModel)
    class_permission_name = PHONE_MODELS
    base_permissions = ["can_list", "can_show"]
    include_route_methods = {"bare", "list", "show"}
    route_base = "/phone-models"
    list_title = PHONE_MODELS
    searched = ("vendor", "name", "description")
    base_order = ("name", "asc")
    order_columns = ["name", "vendor"]
    list_columns = ["name", "vendor", "description", "is_shipped"]
    show_columns = list_columns
    label_columns = {"is_shipped": "Comes with the product"}
    formatters_columns = {"is_shipped": yes_or_no}
    show_template = "ringmaster/phone_model.html"
