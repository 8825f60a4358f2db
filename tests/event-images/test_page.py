"""The page in a real browser, in front of a service in memory."""

import json
import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser_fixture import OpenPage, Serve
from tests.event_images_stub import Stub, picture, reading

ACCENTS = "Zieleinlauf München + 5 km.jpg"
HOSTILE = "<img src=x onerror=\"window.hacked='name'\">.jpg"
BOXES = [
    reading("482", (150, 400, 330, 520)),
    reading("91", (900, 20, 1000, 90), 0.41, accepted=False),
]


@pytest.fixture
def stub(serve: Serve) -> Stub:
    return Stub(serve)


@pytest.fixture
def race(stub: Stub) -> Stub:
    """An event with three photos that are read and one that failed."""
    stub.add_event()
    stub.read(stub.add_photo("a.jpg"), BOXES)
    stub.read(stub.add_photo("b.jpg"), [reading("482", (10, 10, 80, 60))])
    stub.read(stub.add_photo("c.jpg", width=800, height=1200), [reading("7", (9, 500, 90, 560))])
    error = {"code": "truncated_image", "message": "The image is cut off or damaged."}
    stub.read(stub.add_photo("d.jpg"), error)
    return stub


def jpeg(name: str, data: bytes | None = None) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data or picture(size=(60, 40))}


def tiles(page: Page) -> Locator:
    return page.locator(".tile")


# --- events ----------------------------------------------------------------------------------


def test_an_event_is_created_and_then_listed(stub: Stub, open_page: OpenPage) -> None:
    with open_page(stub.url) as page:
        expect(page.get_by_role("heading", name="No events yet")).to_be_visible()
        page.get_by_label("New event").nth(1).fill("Frühlingslauf <5 km>")
        page.get_by_label("Race day").fill("2026-04-12")
        page.get_by_role("button", name="Create event").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Frühlingslauf <5 km>")
        expect(page).to_have_title("Frühlingslauf <5 km> · Medley")
        page.get_by_role("link", name="All events").click()
        row = page.locator(".event")
        expect(row).to_contain_text("12 April 2026")
        expect(row).to_contain_text("No photos yet")


def test_a_refused_event_says_which_field_is_wrong(stub: Stub, open_page: OpenPage) -> None:
    with open_page(stub.url) as page:
        page.locator("#event-name").fill("Refused")
        page.get_by_role("button", name="Create event").click()
        expect(page.get_by_role("alert").filter(has_text="Race day")).to_be_visible()


def test_an_unknown_event_is_said_in_words(stub: Stub, open_page: OpenPage) -> None:
    with open_page(f"{stub.url}#/events/none") as page:
        expect(page.get_by_role("alert")).to_contain_text("There is no event at this address.")


# --- uploads ---------------------------------------------------------------------------------


def test_chosen_photos_upload_with_progress_and_are_read(stub: Stub, open_page: OpenPage) -> None:
    stub.add_event()
    stub.outcomes = {ACCENTS: BOXES, "broken.jpg": BOXES}
    stub.gate.clear()
    files = [jpeg(ACCENTS), jpeg("broken.jpg", b"not a photo")]
    with open_page(f"{stub.url}#/events/city-run") as page:
        expect(page.get_by_text("Drop photos or a folder anywhere")).to_be_visible()
        page.set_input_files("#choose-files", files)
        panel = page.get_by_role("region", name="Uploads")
        expect(panel.get_by_role("heading")).to_have_text("Uploading 0 of 2")
        expect(panel.get_by_role("progressbar", name=f"Upload of {ACCENTS}")).to_be_visible()
        stub.gate.set()
        expect(panel.get_by_role("heading")).to_have_text("2 photos uploaded")
        expect(page.locator("#announcer")).to_contain_text("2 photos uploaded")
        done = tiles(page).and_(page.locator("[data-state=DONE]"))
        expect(done).to_have_attribute("aria-label", f"{ACCENTS}, bibs 482")
        failed = tiles(page).and_(page.locator("[data-state=FAILED]"))
        expect(failed).to_contain_text("This is not a picture")
        expect(page.locator("[data-tab=FAILED] .count")).to_have_text("1")
    assert {photo["filename"] for photo in stub.photos["city-run"].values()} == {
        ACCENTS,
        "broken.jpg",
    }


def test_a_drop_takes_photos_and_refuses_the_rest(stub: Stub, open_page: OpenPage) -> None:
    stub.add_event()
    with open_page(f"{stub.url}#/events/city-run") as page:
        expect(page.get_by_role("button", name="Choose photos")).to_be_visible()
        transfer = page.evaluate_handle(
            """() => {
              const transfer = new DataTransfer();
              const add = (parts, name, type) => transfer.items.add(new File(parts, name, {type}));
              add(["photo"], "no ending", "image/png");
              add(["text"], "results.pdf", "application/pdf");
              add([], "empty.jpg", "image/jpeg");
              add(["raw"], "IMG_1.HEIC", "image/heic");
              add(["junk"], ".DS_Store", "");
              return transfer;
            }"""
        )
        page.dispatch_event("main", "dragenter", {"dataTransfer": transfer})
        expect(page.locator("body.dropping")).to_be_attached()
        page.dispatch_event("main", "drop", {"dataTransfer": transfer})
        panel = page.get_by_role("region", name="Uploads")
        expect(panel.get_by_role("heading")).to_have_text("1 photo uploaded, 3 files not uploaded")
        problems = panel.get_by_role("list", name="Files that were not uploaded")
        expect(problems.locator("[data-state=refused]")).to_have_count(3)
        expect(problems).to_contain_text("Not a photo. JPEG, PNG and WebP can be read.")
        expect(problems).to_contain_text("The file is empty.")
        expect(problems).to_contain_text("Export it as JPEG.")
    assert [p["filename"] for p in stub.photos["city-run"].values()] == ["no ending.png"]


def test_a_failed_upload_says_why_and_can_be_retried(stub: Stub, open_page: OpenPage) -> None:
    stub.add_event()
    stub.refusals = [403]
    with open_page(f"{stub.url}#/events/city-run") as page:
        page.set_input_files("#choose-files", [jpeg("a.jpg")])
        problems = page.get_by_role("list", name="Files that were not uploaded")
        expect(problems).to_contain_text("The storage refused the file.")
        page.get_by_role("button", name="Retry a.jpg").click()
        expect(page.get_by_role("heading", name="1 photo uploaded")).to_be_visible()


def test_permissions_come_in_batches_of_twenty(stub: Stub, open_page: OpenPage) -> None:
    stub.add_event()
    with open_page(f"{stub.url}#/events/city-run") as page:
        files = [jpeg(f"{index}.jpg") for index in range(45)]
        page.set_input_files("#choose-files", files)
        expect(page.get_by_role("heading", name="45 photos uploaded")).to_be_visible()
    assert stub.batches == [20, 20, 5]


# --- processing ------------------------------------------------------------------------------


def test_processing_again_is_followed_to_its_end(race: Stub, open_page: OpenPage) -> None:
    with open_page(f"{race.url}#/events/city-run") as page:
        page.get_by_role("button", name="Process again").click()
        page.get_by_label("Read photos again that are done").check()
        page.get_by_role("button", name="Start").click()
        panel = page.get_by_role("region", name="Processing")
        expect(panel.get_by_role("heading")).to_have_text("Starting")
        (request,) = race.requests.values()
        assert re.fullmatch("[0-9a-f]{32}", request["requestId"])
        request["state"] = "RUNNING"
        request["counts"].update(listed=4, total=4, done=1)
        expect(panel).to_contain_text("1 of 4 read")
        expect(panel.get_by_role("progressbar")).to_have_attribute("value", "0.25")
        error = {"imageId": "0" * 20, "name": HOSTILE, "code": "truncated_image", "message": ""}
        request.update(state="PARTIAL", errors=[error])
        request["counts"].update(done=3, failed=1)
        expect(panel.get_by_role("heading")).to_have_text("Finished, with errors")
        expect(panel).to_contain_text("3 of 4 read · 1 failed")
        expect(panel.get_by_role("listitem")).to_contain_text("The file breaks off half way.")
    posts = [json.loads(a.body) for a in race.asked if a.path.endswith("/process")]
    assert posts == [{"source": {"kind": "uploads"}, "force": True}]


# --- photos ----------------------------------------------------------------------------------


def test_a_search_shows_the_photos_of_that_runner(race: Stub, open_page: OpenPage) -> None:
    with open_page(f"{race.url}#/events/city-run") as page:
        expect(tiles(page)).to_have_count(4)
        search = page.get_by_role("searchbox")
        search.fill("482")  # as one types: no Enter
        expect(page.get_by_role("heading", name="2 photos of 482")).to_be_visible()
        expect(tiles(page)).to_have_count(2)
        expect(page).to_have_url(f"{race.url}#/events/city-run?bib=482")
        search.fill("999")
        search.press("Enter")
        expect(page.get_by_role("heading", name="No photos of 999")).to_be_visible()
        search.fill("4x")
        expect(page.get_by_text("A bib number is made of digits.")).to_be_visible()
        page.get_by_role("link", name="Show all photos").click()
        expect(tiles(page)).to_have_count(4)
        expect(search).to_have_value("")


def test_tabs_filter_by_state(race: Stub, open_page: OpenPage) -> None:
    with open_page(f"{race.url}#/events/city-run") as page:
        expect(page.locator("[data-tab=DONE] .count")).to_have_text("3")
        page.locator("[data-tab=FAILED]").click()
        expect(tiles(page)).to_have_count(1)
        expect(page.locator("[data-tab=FAILED]")).to_have_attribute("aria-current", "true")
        page.locator("[data-tab=PENDING]").click()
        expect(page.get_by_text("No photo is in this state.")).to_be_visible()


def test_scrolling_loads_the_pages_of_a_long_list(stub: Stub, open_page: OpenPage) -> None:
    stub.add_event()
    for index in range(150):
        stub.add_photo(f"{index:03}.jpg")
    with open_page(f"{stub.url}#/events/city-run") as page:
        expect(tiles(page)).to_have_count(60)
        for loaded in (120, 150):
            page.mouse.wheel(0, 20_000)
            # The end moves away with each page, so there is nothing to scroll to before it is here.
            expect(tiles(page).nth(loaded - 1)).to_be_attached()
        expect(tiles(page)).to_have_count(150)
        expect(page.get_by_role("button", name="Load more photos")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_boxes_are_drawn_where_they_were_read(
    race: Stub, open_page: OpenPage, width: int, height: int
) -> None:
    with open_page(f"{race.url}#/events/city-run", width=width, height=height) as page:
        tiles(page).first.click()
        photo = bounds(page.locator(".frame img"))
        assert photo["x"] >= 0
        assert photo["x"] + photo["width"] <= width
        scale = photo["width"] / 1200
        assert photo["height"] / 800 == pytest.approx(scale, rel=0.01)
        for read in BOXES:
            kind = "sure" if read["accepted"] else "unsure"
            box = page.locator(f"rect.{kind}[data-bib='{read['bib']}']")
            x0, y0, x1, y1 = read["box"]
            drawn = bounds(box)
            stroke = 3  # Chromium's rectangle has the line's width around it
            assert drawn["x"] == pytest.approx(photo["x"] + x0 * scale, abs=stroke)
            assert drawn["y"] == pytest.approx(photo["y"] + y0 * scale, abs=stroke)
            assert drawn["width"] == pytest.approx((x1 - x0) * scale, abs=2 * stroke)
            assert drawn["height"] == pytest.approx((y1 - y0) * scale, abs=2 * stroke)
        dashes = "element => getComputedStyle(element).strokeDasharray"
        assert page.locator("rect.sure:not(.under)").evaluate(dashes) == "none"
        assert page.locator("rect.unsure:not(.under)").evaluate(dashes) != "none"
        expect(page.locator(".label")).to_have_text(["482", "91 · 41%"])
        page.keyboard.press("b")
        expect(page.locator(".marks")).to_be_hidden()


def bounds(locator: Locator) -> dict[str, float]:
    expect(locator).to_be_visible()
    found: dict[str, float] = locator.evaluate("e => e.getBoundingClientRect().toJSON()")
    return found


def test_one_photo_turns_to_the_next_and_closes(race: Stub, open_page: OpenPage) -> None:
    with open_page(f"{race.url}#/events/city-run") as page:
        tiles(page).first.click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("heading")).to_have_text("a.jpg")
        expect(dialog.get_by_role("button", name="Previous photo")).to_be_hidden()
        page.keyboard.press("ArrowRight")
        expect(dialog.get_by_role("heading")).to_have_text("b.jpg")
        expect(dialog.get_by_role("link", name="Download")).to_have_attribute(
            "href", re.compile(r"/media/[0-9a-f]{20}\?web$")
        )
        swipe(page, -120)
        expect(dialog.get_by_role("heading")).to_have_text("c.jpg")
        page.keyboard.press("ArrowLeft")
        expect(dialog.get_by_text("2 of 4")).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(page).to_have_url(f"{race.url}#/events/city-run")
        expect(tiles(page).first).to_be_focused()


def swipe(page: Page, by: int) -> None:
    page.locator(".box-stage").evaluate(
        """(stage, by) => {
          const at = (type, clientX) => stage.dispatchEvent(new PointerEvent(type,
            {clientX, clientY: 300, isPrimary: true, pointerType: "touch", bubbles: true}));
          at("pointerdown", 300);
          at("pointerup", 300 + by);
        }""",
        by,
    )


def test_a_link_to_a_photo_opens_it_and_its_error(race: Stub, open_page: OpenPage) -> None:
    failed = next(p for p in race.photos["city-run"].values() if p["state"] == "FAILED")
    with open_page(f"{race.url}#/events/city-run?bib=7&photo={failed['imageId']}") as page:
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("The file breaks off half way. Upload the original again.")
        expect(dialog.locator("code")).to_have_text("truncated_image")
        page.keyboard.press("Escape")
        expect(page.get_by_role("heading", name="1 photo of 7")).to_be_visible()
