"""`/users`: profiles asked of the provider at call time."""

from __future__ import annotations

from simulator.api.documents import Document, picture_url, relationship
from simulator.api.errors import ApiError
from simulator.api.recipients import whatsapp_id
from simulator.api.service import Route, Service, require_connected, require_feature
from simulator.model import INSTAGRAM, LINKEDIN, TELEGRAM, WHATSAPP, Account, Attendee
from simulator.web.messages import Request, Response, json_response


class Users:
    """Handlers over profiles; none of them makes a person known."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """Method, template and handler of each operation."""
        return [("GET", "/users/me", self.me), ("GET", "/users/{identifier}", self.read)]

    async def me(self, request: Request) -> Response:
        """200 AccountOwnerProfile; the API has no WhatsApp or Instagram form of it: 501."""
        account = self._account(request)
        require_feature(account, LINKEDIN, TELEGRAM)
        if account.type == TELEGRAM:
            return json_response({**_telegram(account.own), "object": "AccountOwnerProfile"})
        first, _, last = account.name.partition(" ")
        return json_response(
            {
                "object": "AccountOwnerProfile",
                "provider": LINKEDIN,
                "provider_id": account.own.provider_id,
                "entity_urn": f"urn:li:fsd_profile:{account.own.provider_id}",
                "object_urn": f"urn:li:member:{account.own.member_number}",
                "first_name": first,
                "last_name": last,
                "profile_picture_url": None,
                "public_identifier": account.username or "",
                "email": "owner@example.com",
                "premium": False,
                "open_profile": False,
                "organizations": [],
                "recruiter": None,
                "sales_navigator": None,
            }
        )

    async def read(self, request: Request) -> Response:
        """200 UserProfile, or 404 for nobody; on WhatsApp this is how a number is checked."""
        account = self._account(request)
        identity = request.params["identifier"]
        if account.type == WHATSAPP:
            found = whatsapp_id(self._service.world, identity)
            if found is None:
                raise self._nobody()
            return json_response({"object": "UserProfile", "provider": WHATSAPP, "id": found})
        attendee = self._service.world.attendee_find(identity, account)
        if attendee is None:
            raise self._nobody()
        profile = {LINKEDIN: _linkedin, TELEGRAM: _telegram}.get(account.type, _instagram)
        return json_response(profile(attendee))

    def _nobody(self) -> ApiError:
        return ApiError(self._service.habits.unknown_number, "There is no such user.")

    def _account(self, request: Request) -> Account:
        account_id = request.query.get("account_id")
        if not account_id:
            raise ApiError("missing_parameters", "account_id is required.")
        account = self._service.account(account_id)
        require_connected(account)
        return account


def _linkedin(attendee: Attendee) -> Document:
    first, _, last = attendee.name.partition(" ")
    return {
        "object": "UserProfile",
        "provider": LINKEDIN,
        "provider_id": attendee.provider_id,
        "public_identifier": attendee.public_identifier,
        "member_urn": str(attendee.member_number),
        "first_name": first,
        "last_name": last,
        "headline": attendee.occupation or "",
        "is_self": attendee.is_self,
        "websites": [],
    }


def _telegram(attendee: Attendee) -> Document:
    first, _, last = attendee.name.partition(" ")
    return {
        "object": "UserProfile",
        "provider": TELEGRAM,
        "provider_id": attendee.provider_id,
        "self": attendee.is_self,
        "contact": not attendee.is_self,
        "deleted": False,
        "bot": False,
        "first_name": first,
        "last_name": last or None,
        "username": attendee.public_identifier,
        "phone": None,
        "profile_picture_url": picture_url(attendee),
    }


def _instagram(attendee: Attendee) -> Document:
    return {
        "object": "UserProfile",
        "provider": INSTAGRAM,
        "provider_id": attendee.provider_id,
        "provider_messaging_id": attendee.provider_id,
        "public_identifier": attendee.public_identifier or "",
        "full_name": attendee.name,
        "followers_count": 412,
        "mutual_followers_count": 3,
        "following_count": 398,
        "posts_count": 57,
        # The vendor's own spelling.
        "profile_type": "PERSONNAL",
        "is_verified": False,
        "is_private": False,
        "external_links": [],
        "relationship_status": relationship(attendee),
    }
