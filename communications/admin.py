"""Django's admin, for superusers: people and access to change, channels and the ledger to look at."""

from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property

from communications.feed.announce import changes_announce_on_commit
from communications.models import AuditEntry, Channel, ChannelAccess, User, WebhookDelivery
from communications.outbox.access import access_grant, access_revoke
from communications.outbox.sessions import sessions_end

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
    AccessModelAdmin = admin.ModelAdmin[ChannelAccess]
    PersonModelAdmin = UserAdmin[User]
    AnyPaginator = Paginator[Any]
else:
    AnyModelAdmin = AccessModelAdmin = admin.ModelAdmin
    PersonModelAdmin = UserAdmin
    AnyPaginator = Paginator

LOGIN_PATH: Final = "/login"
COUNTED_ROWS: Final = 10_000


class SuperusersAdmin(admin.AdminSite):
    """Logging in and out goes the one way there is, with its throttle."""

    site_header = site_title = "Landline"

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_active and request.user.is_superuser

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # noqa: ARG002 (Django's)
        if isinstance(request.user, User):
            raise Http404
        return HttpResponseRedirect(LOGIN_PATH)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        if isinstance(request.user, User):
            sessions_end(request.user.pk)
        return super().logout(request, extra_context)


site = SuperusersAdmin()


class ReadOnly(AnyModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 (Django's)
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 (Django's)
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 (Django's)
        return False


class BoundedPaginator(AnyPaginator):
    """Counts no further than people page: the ledger has millions of rows."""

    @cached_property
    def count(self) -> int:
        listed = self.object_list
        return listed[:COUNTED_ROWS].count() if isinstance(listed, QuerySet) else len(listed)


@admin.register(User, site=site)
class PersonAdmin(PersonModelAdmin):
    """People are disabled, not deleted: what they wrote stays theirs."""

    readonly_fields = ("session_generation", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Rights", {"fields": ("is_active", "is_superuser")}),
        ("Sessions", {"fields": ("session_generation", "last_login", "date_joined")}),
    )
    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 (Django's)
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        changes_announce_on_commit()


@admin.register(ChannelAccess, site=site)
class AccessAdmin(AccessModelAdmin):
    list_display = ("user", "channel", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("user", "channel")
    fields = ("user", "channel", "role")
    autocomplete_fields = ("user", "channel")

    def get_readonly_fields(self, request: HttpRequest, obj: ChannelAccess | None = None) -> tuple[str, ...]:
        fixed = ("user", "channel") if obj is not None else ()
        return (*fixed, *super().get_readonly_fields(request, obj))

    def save_model(self, request: HttpRequest, obj: ChannelAccess, form: Any, change: bool) -> None:  # noqa: ARG002 (Django's)
        access_grant(obj.user_id, obj.channel_id, obj.role)
        obj.pk = ChannelAccess.objects.get(user_id=obj.user_id, channel_id=obj.channel_id).pk

    def delete_model(self, request: HttpRequest, obj: ChannelAccess) -> None:  # noqa: ARG002 (Django's)
        access_revoke(obj.user_id, obj.channel_id)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ChannelAccess]) -> None:  # noqa: ARG002 (Django's)
        for access in queryset:
            access_revoke(access.user_id, access.channel_id)


@admin.register(Channel, site=site)
class ChannelAdmin(ReadOnly):
    list_display = ("name", "provider", "external_account_id", "status", "status_since")
    list_filter = ("provider", "status")
    search_fields = ("name", "external_account_id")


@admin.register(WebhookDelivery, site=site)
class DeliveryAdmin(ReadOnly):
    list_display = ("received_at", "source", "external_account_id", "event", "outcome", "reason", "attempts")
    list_filter = ("outcome", "source")
    ordering = ("-id",)
    paginator = BoundedPaginator
    show_full_result_count = False


@admin.register(AuditEntry, site=site)
class AuditAdmin(ReadOnly):
    list_display = ("at", "actor_name", "action", "object_kind", "object_id", "result")
    list_filter = ("action",)
    ordering = ("-id",)
    paginator = BoundedPaginator
    show_full_result_count = False
