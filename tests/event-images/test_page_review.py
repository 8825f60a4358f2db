"""The review in a real browser: one key a decision, none lost, none out of order."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser_fixture import OpenPage, Serve
from tests.event_images_review_stub import ReviewStub, question
from tests.event_images_stub import Stub, problem


@pytest.fixture
def stub(serve: Serve) -> ReviewStub:
    return ReviewStub(serve)


def address(stub: Stub) -> str:
    return f"{stub.url}#/events/city-run/review"


def asks(page: Page, bib: str) -> None:
    expect(page.locator(".review-question .bib")).to_have_text(bib)


def saved(page: Page) -> None:
    expect(page.locator(".review-saving [role=status]")).to_have_text("All saved")


def test_thirty_decisions_by_single_keys_arrive_in_order_although_the_service_fails_once(
    stub: ReviewStub, open_page: OpenPage
) -> None:
    for number in range(30):
        stub.doubt(f"{number:02}.jpg", question(str(100 + number), (str(200 + number), "Ada")))
    with open_page(address(stub)) as page:
        asks(page, "100")
        expected = []
        for number in range(30):
            if number == 10:
                stub.trouble = [problem(500, "internal_error", "Broken.")]
            key, action = [("Enter", "accept"), ("r", "reject"), ("1", "correct")][number % 3]
            asks(page, str(100 + number))
            page.keyboard.press(key)
            to = str(200 + number) if action == "correct" else None
            expected.append((f"{number:02}.jpg", action, str(100 + number), to))
        expect(page.get_by_role("heading", name="Nothing left to review")).to_be_visible()
        saved(page)
        expect(page.locator(".lede")).to_have_text("0 left · 30 done by you")
    assert stub.decisions() == expected


def test_a_question_shows_the_place_the_names_and_why_it_is_asked(
    stub: ReviewStub, open_page: OpenPage
) -> None:
    stub.doubt("a.jpg", question("128", ("123", "Ada Lovelace"), ("129", None), name="Al"))
    with open_page(address(stub)) as page:
        heading = page.locator(".review-question")
        expect(heading).to_have_text("Is this 128 Al?")
        expect(page.locator(".review-why")).to_have_text(
            "44% sure · not on the start list · one digit off a listed number"
        )
        choices = page.get_by_role("group", name="Other numbers that it may be")
        expect(choices.get_by_role("button")).to_have_count(2)
        expect(choices.get_by_role("button").first).to_contain_text("Ada Lovelace · no photo yet")
        close_up = page.get_by_role("img", name="The place that was read as 128")
        expect(close_up).to_be_visible()
        mark, crop = page.locator(".review-box").bounding_box(), page.locator(".review-crop")
        frame = crop.bounding_box()
        assert mark
        assert frame
        # The reading is in the middle, and large.
        middle = mark["x"] + mark["width"] / 2 - frame["x"] - frame["width"] / 2
        assert abs(middle) < frame["width"] * 0.05
        assert mark["width"] > frame["width"] * 0.2
        expect(page.locator("#announcer")).to_have_text("Is this 128, Al? Photo a.jpg.")


def test_another_number_is_typed_and_the_next_question_takes_keys_again(
    stub: ReviewStub, open_page: OpenPage
) -> None:
    stub.doubt("a.jpg", question("128"))
    stub.doubt("b.jpg", question("7"))
    stub.doubt("c.jpg", question("8"))
    with open_page(address(stub)) as page:
        asks(page, "128")
        page.keyboard.press("c")
        field = page.get_by_label("Another number")
        expect(field).to_be_focused()
        page.keyboard.type("r12")
        page.keyboard.press("Enter")
        expect(page.locator("#review-hint")).to_contain_text("digits")
        asks(page, "128")
        field.fill("471")
        page.keyboard.press("Enter")
        asks(page, "7")
        page.keyboard.press("r")
        asks(page, "8")
        page.keyboard.press("c")
        page.keyboard.type("08")  # what was read, typed again
        page.keyboard.press("Enter")
        saved(page)
    assert stub.decisions() == [
        ("a.jpg", "correct", "128", "471"),
        ("b.jpg", "reject", "7", None),
        ("c.jpg", "accept", "8", None),
    ]


def test_undo_takes_back_what_is_stored_what_waits_and_what_was_skipped(
    stub: ReviewStub, open_page: OpenPage
) -> None:
    for bib in ("1", "2", "3"):
        stub.doubt(f"{bib}.jpg", question(bib))
    with open_page(address(stub)) as page:
        asks(page, "1")
        expect(page.get_by_role("button", name="Undo")).to_be_disabled()
        page.keyboard.press("a")
        saved(page)
        page.keyboard.press("s")
        asks(page, "3")
        expect(page.locator(".lede")).to_have_text("1 left · 1 done by you · 1 skipped")
        page.keyboard.press("u")
        asks(page, "2")
        page.keyboard.press("u")
        asks(page, "1")
        expect(page.locator(".lede")).to_have_text("3 left · 0 done by you")
        page.keyboard.press("r")
        asks(page, "2")
        saved(page)
    bodies = [body for _, body in stub.patches]
    assert [body["decisions"][0]["action"] for body in bodies if "decisions" in body] == [
        "accept",
        "reject",
    ]
    assert "undo" in bodies[1]
    # The decision after an undo is about the version that the undoing made.
    assert bodies[2]["ifVersion"] == 4


def test_what_cannot_be_saved_waits_and_is_sent_when_it_can(
    stub: ReviewStub, open_page: OpenPage
) -> None:
    for bib in ("1", "2", "3"):
        stub.doubt(f"{bib}.jpg", question(bib))
    with open_page(address(stub)) as page:
        asks(page, "1")
        stub.trouble = [problem(503, "busy", "Busy.")] * 500
        page.keyboard.press("a")
        page.keyboard.press("a")
        expect(page.locator(".review-saving")).to_contain_text("2 decisions not saved yet.")
        page.get_by_role("link", name="Photos").click()
        expect(page.get_by_role("heading", name="City Run")).to_be_visible()
        page.evaluate("location.hash = '#/events/city-run/review'")
        asks(page, "3")  # the two are decided here, whatever the service knows
        stub.trouble = []
        page.keyboard.press("a")
        # Not by a pointer: by then it may have been tried again, and the button be gone.
        page.get_by_text("Try now").dispatch_event("click")
        saved(page)
    assert [bib for _, _, bib, _ in stub.decisions()] == ["1", "2", "3"]


def test_a_photo_that_changed_meanwhile_keeps_a_decision_whose_question_is_open(
    stub: ReviewStub, open_page: OpenPage
) -> None:
    photo = stub.doubt("a.jpg", question("1"), question("2"))
    other = stub.doubt("b.jpg", question("3"))
    with open_page(address(stub)) as page:
        asks(page, "1")
        photo["version"] = 9
        other.update(version=9, readings=[])
        page.keyboard.press("a")
        page.keyboard.press("r")
        page.keyboard.press("a")
        notice = page.get_by_role("alert")
        expect(notice).to_have_text(
            "The decision on 3 was not saved. Somebody else has decided it meanwhile."
        )
        expect(page.locator(".lede")).to_have_text("0 left · 2 done by you")
    assert [one[1:3] for one in stub.decisions()] == [("accept", "1"), ("reject", "2")]


def test_skipped_questions_come_again_at_the_end(stub: ReviewStub, open_page: OpenPage) -> None:
    stub.doubt("1.jpg", question("1"))
    stub.doubt("2.jpg", question("2"))
    with open_page(address(stub)) as page:
        asks(page, "1")
        page.keyboard.press("s")
        asks(page, "2")
        page.keyboard.press("a")
        expect(page.get_by_role("heading", name="1 reading skipped")).to_be_visible()
        page.get_by_role("button", name="Show the skipped ones").click()
        asks(page, "1")


def test_an_empty_review_says_so_and_an_error_can_be_retried(
    stub: ReviewStub, open_page: OpenPage
) -> None:
    stub.down = True
    with open_page(address(stub)) as page:
        expect(page.get_by_role("alert")).to_contain_text("the storage behind it does not answer")
        stub.down = False
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", name="Nothing left to review")).to_be_visible()
        stub.doubt("1.jpg", question("1"))
        page.get_by_role("button", name="Look again").click()
        asks(page, "1")


def test_the_event_leads_to_its_review_only_while_there_is_something_to_review(
    stub: ReviewStub, open_page: OpenPage
) -> None:
    stub.doubt("1.jpg", question("1"))
    with open_page(f"{stub.url}#/events/city-run") as page:
        page.get_by_role("link", name="1 uncertain reading").click()
        asks(page, "1")
        page.keyboard.press("a")
        saved(page)
        page.get_by_role("link", name="Photos").click()
        expect(page.locator(".tile")).to_have_count(1)
        expect(page.get_by_role("link", name=re.compile("uncertain"))).to_have_count(0)


def test_single_keys_can_be_turned_off_and_buttons_answer_alone(
    stub: ReviewStub, open_page: OpenPage
) -> None:
    stub.doubt("1.jpg", question("1", ("11", None)))
    stub.doubt("2.jpg", question("2"))
    with open_page(address(stub)) as page:
        asks(page, "1")
        page.get_by_label("Single keys decide").uncheck()
        page.keyboard.press("a")
        asks(page, "1")
        page.locator(".review-choice").focus()
        page.keyboard.press("Enter")
        asks(page, "2")
        expect(page.locator(".review-question")).to_be_focused()
        page.get_by_role("button", name="Yes").click()
        saved(page)
    assert stub.decisions() == [("1.jpg", "correct", "1", "11"), ("2.jpg", "accept", "2", None)]


@pytest.mark.parametrize("bib", ["128", "999999"])
def test_a_phone_has_buttons_for_all_and_nothing_scrolls_sideways(
    stub: ReviewStub, open_page: OpenPage, bib: str
) -> None:
    name = "Somebody with a name that is far too long for the narrow screen of a phone"
    stub.doubt(f"{name}.jpg", question(bib, ("123", name), ("124", None), ("125", name)))
    stub.doubt("2.jpg", question("2"))
    with open_page(address(stub), width=360, height=640, touch=True) as page:
        asks(page, bib)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        for label in ("Yes", "None of these", "Skip", "Undo", "Save"):
            button = page.get_by_role("button", name=label, exact=True)
            box = button.bounding_box()
            assert box
            assert box["height"] >= 36
        page.get_by_role("button", name="None of these").tap()
        asks(page, "2")
        saved(page)


def test_markup_in_names_stays_text(stub: ReviewStub, open_page: OpenPage) -> None:
    markup = "<img src=x onerror=\"window.hacked='yes'\">"
    stub.doubt(markup, question("1", ("2", markup), name=markup, reasons=[markup]))
    with open_page(address(stub)) as page:
        expect(page.locator(".review-question")).to_contain_text(markup)
        assert page.evaluate("window.hacked") is None
