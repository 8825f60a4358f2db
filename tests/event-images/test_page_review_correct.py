"""Setting a photo's bibs right in the lightbox, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser_fixture import OpenPage, Serve
from tests.event_images_review_stub import BOX, ReviewStub
from tests.event_images_stub import problem, reading


@pytest.fixture
def stub(serve: Serve) -> ReviewStub:
    return ReviewStub(serve)


def test_the_lightbox_sets_a_photo_s_bibs_right(stub: ReviewStub, open_page: OpenPage) -> None:
    photo = stub.add_photo("a.jpg", version=1)
    stub.read(photo, [reading("482", BOX), reading("91", (20, 20, 90, 60), 0.4, accepted=False)])
    with open_page(f"{stub.url}#/events/city-run?photo={photo['imageId']}") as page:
        dialog = page.get_by_role("dialog")
        rows = dialog.locator(".readings li")
        expect(rows).to_have_count(2)
        expect(dialog.get_by_role("button", name="Undo")).to_be_hidden()
        dialog.get_by_role("button", name="It is not there: 482").click()
        expect(rows.filter(has_text="482")).to_contain_text("not there")
        expect(dialog.locator("rect[data-bib='482']")).to_have_count(0)
        dialog.get_by_role("button", name="It is there: 91").click()
        expect(rows.filter(has_text="91")).to_contain_text("confirmed")
        field = dialog.get_by_label("Add a number")
        field.fill("12b")
        page.keyboard.press("Enter")
        expect(dialog.locator("#add-hint")).to_contain_text("digits")
        field.fill("12")
        page.keyboard.press("ArrowLeft")  # moves in the field, and not to another photo
        page.keyboard.press("Enter")
        expect(rows.filter(has_text="12")).to_contain_text("added by hand")
        expect(dialog.get_by_role("link", name="Photos of 12")).to_be_visible()
        dialog.get_by_role("button", name="Undo").click()
        expect(rows).to_have_count(2)
        stub.trouble = [problem(409, "opted_out", "No.")]
        field.fill("13")
        page.keyboard.press("Enter")
        expect(dialog.locator("#add-hint")).to_have_text("This runner wants no photos.")
        page.keyboard.press("Escape")
        expect(page.locator(".tile .bib")).to_have_text("91")
    assert [one[1:3] for one in stub.decisions()] == [
        ("reject", "482"),
        ("accept", "91"),
        ("add", "12"),
    ]
