"""A Django view that gives whoever has logged in a ticket of their own.

urls.py: path("video-ticket", ticket_view). The page asks for it with fetch("/video-ticket"), cookies and all, and hands
the text to Reelway.
"""

import os

from django.http import JsonResponse
from django.views.decorators.http import require_GET

from mint_ticket import ticket


@require_GET
def ticket_view(request):
    if not request.user.is_authenticated:
        return JsonResponse({"error": "Log in first."}, status=401)
    made = ticket(
        os.environ["VIDEO_TICKET_KEY"],
        # The key of the row, not the name: names change.
        sub=f"user:{request.user.pk}",
        scope="upload view manage",
        max_size=2 * 1024**3,
    )
    return JsonResponse({"ticket": made}, headers={"Cache-Control": "no-store"})
