"""Every error a text service's page tells of lands in the class that says what happens next."""

import pytest

from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess, Refused, Surprise, Trouble, Unsure
from pipeline.ports.http import Http
from pipeline.ports.text import WriteAsk
from pipeline.vendors.deepseek import at_peak
from pipeline.writing import Hosted
from tests.fakes.serving import served
from tests.fakes.texts import Fake, case

_ASK = WriteAsk(theme="秘密的主题")


async def _asked(vendor: str, fault: str, *, slip: str = "") -> tuple[Fake, str, float | None]:
    """Ask once, with a fault in the way; read what came."""
    chosen = case(vendor)
    fake = chosen.fake()
    if fault:
        fake.faults.append(fault)
    if slip:
        fake.mind.slips.append(slip)
    with served(fake.app) as url:
        async with Http.opened(trust_env=False) as http:
            writer = Hosted(chosen.changed(seconds=1.5).text(http, url))
            paid = await writer.ask(_ASK)
            writer.written(_ASK, paid.value)
            return fake, paid.value, paid.cost


ARK = [
    ("400 SensitiveContentDetected.SevereViolation", Refused, "vendor.refused"),
    ("400 InputTextSensitiveContentDetected", Refused, "vendor.refused"),
    ("400 InputImageSensitiveContentDetected.PrivacyInformation", Refused, "vendor.refused"),
    ("400 OutputTextSensitiveContentDetected.PolicyViolation", Refused, "vendor.refused"),
    ("400 InputTextRiskDetection", Refused, "vendor.refused"),
    ("400 ContentSecurityDetectionError", Busy, "vendor.busy"),
    ("400 InvalidImageURL.InvalidFormat", BadInput, "vendor.picture"),
    ("400 InvalidArgumentError.InvalidPixelLimit", BadInput, "vendor.picture"),
    ("400 InvalidParameter.OversizeImage", BadInput, "vendor.picture"),
    ("400 InvalidParameter.UnsupportedParameter", NoAccess, "vendor.unsuited"),
    ("400 InvalidArgumentError.InvalidImageDetail", NoAccess, "vendor.unsuited"),
    ("400 OutofContextError", NoAccess, "vendor.unsuited"),
    ("400 MissingParameter.model", NoAccess, "vendor.unsuited"),
    ("400 InvalidEndpoint.ClosedEndpoint", NoAccess, "vendor.model_gone"),
    ("400 InvalidSubscription", NoAccess, "vendor.balance"),
    ("401 AuthenticationError", NoAccess, "vendor.key"),
    ("401 InvalidAccountStatus", NoAccess, "vendor.key"),
    ("403 AccountOverdueError", NoAccess, "vendor.balance"),
    ("403 OperationDenied.ServiceOverdue", NoAccess, "vendor.balance"),
    ("403 AccessDenied", NoAccess, "vendor.closed"),
    ("403 OperationDenied.ServiceNotOpen", NoAccess, "vendor.closed"),
    ("404 InvalidEndpointOrModel.NotFound", NoAccess, "vendor.model_gone"),
    ("404 ModelNotOpen", NoAccess, "vendor.model_gone"),
    ("429 RateLimitExceeded.EndpointRPMExceeded", Busy, "vendor.busy"),
    ("429 RequestBurstTooFast", Busy, "vendor.busy"),
    ("429 ServerOverloaded", Busy, "vendor.busy"),
    ("429 InflightBatchsizeExceeded", Busy, "vendor.busy"),
    ("429 QuotaExceeded", NoAccess, "vendor.balance"),
    ("429 SetLimitExceeded", NoAccess, "vendor.balance"),
    ("500 InternalServiceError", Unsure, "vendor.unsure"),
    ("filtered", Refused, "vendor.refused"),
    ("length", Failed, "text.unusable"),
    ("odd", Surprise, "vendor.odd"),
]
OPENROUTER = [
    ("moderated", Refused, "vendor.refused"),
    ("policy", Refused, "vendor.refused"),
    ("refusal", Refused, "vendor.refused"),
    ("key", NoAccess, "vendor.key"),
    ("broke", NoAccess, "vendor.balance"),
    ("key limit", NoAccess, "vendor.balance"),
    ("in flight", Busy, "vendor.busy"),
    ("guardrail", NoAccess, "vendor.closed"),
    ("region", NoAccess, "vendor.region"),
    ("deprecated", NoAccess, "vendor.model_gone"),
    ("no endpoints", NoAccess, "vendor.model_gone"),
    ("capacity", Busy, "vendor.busy"),
    ("limit", Busy, "vendor.busy"),
    ("picture", BadInput, "vendor.picture"),
    ("too long", NoAccess, "vendor.unsuited"),
    ("timeout", Unsure, "vendor.unsure"),
    ("server", Unsure, "vendor.unsure"),
    ("provider", Unsure, "vendor.unsure"),
    ("overloaded", Unsure, "vendor.unsure"),
    ("hidden provider", Unsure, "vendor.unsure"),
    ("hidden moderated", Refused, "vendor.refused"),
    ("hidden limit", Busy, "vendor.busy"),
    ("odd", Surprise, "vendor.odd"),
    ("broken", Failed, "text.unusable"),
    ("null", Failed, "text.unusable"),
    ("filtered", Refused, "vendor.refused"),
]
DEEPSEEK = [
    ("risk", Refused, "vendor.refused"),
    ("key", NoAccess, "vendor.key"),
    ("broke", NoAccess, "vendor.balance"),
    ("invalid", NoAccess, "vendor.unsuited"),
    ("limit", Busy, "vendor.busy"),
    ("server", Unsure, "vendor.unsure"),
    ("overloaded", Unsure, "vendor.unsure"),
    ("alive", Unsure, "http.no_answer"),
    ("filtered", Refused, "vendor.refused"),
    ("interrupted", Failed, "text.unusable"),
]
GEMINI = [
    ("key", NoAccess, "vendor.key"),
    ("argument", NoAccess, "vendor.unsuited"),
    ("region", NoAccess, "vendor.region"),
    ("leaked", NoAccess, "vendor.key"),
    ("gone", NoAccess, "vendor.model_gone"),
    ("limit", Busy, "vendor.busy"),
    ("listed", Busy, "vendor.busy"),
    ("day", NoAccess, "vendor.balance"),
    ("credit", NoAccess, "vendor.balance"),
    ("server", Unsure, "vendor.unsure"),
    ("overloaded", Unsure, "vendor.unsure"),
    ("deadline", Unsure, "vendor.unsure"),
    ("blocked", Refused, "vendor.refused"),
    ("safety", Refused, "vendor.refused"),
    ("length", Failed, "text.unusable"),
    ("nothing", Surprise, "vendor.odd"),
    ("odd", Surprise, "vendor.odd"),
]
UIUIAPI = [
    ("broke 403", NoAccess, "vendor.balance"),
    ("broke 429", NoAccess, "vendor.balance"),
    ("limit", Busy, "vendor.busy"),
    ("moderated", Refused, "vendor.refused"),
    ("sensitive", Refused, "vendor.refused"),
    ("no channel", Unsure, "vendor.unsure"),
    ("unknown", NoAccess, "vendor.model_gone"),
    ("gateway", Unsure, "vendor.unsure"),
]
TABLES = {"ark": ARK, "openrouter": OPENROUTER, "deepseek": DEEPSEEK, "gemini": GEMINI, "uiuiapi": UIUIAPI}
TABLE = [(vendor, *row) for vendor, rows in TABLES.items() for row in rows]


@pytest.mark.parametrize(("vendor", "fault", "kind", "key"), TABLE)
async def test_each_error_lands_in_its_class(vendor: str, fault: str, kind: type[Trouble], key: str) -> None:
    """What happens next is decided by the class; what is told is one sentence, without anybody's words."""
    with pytest.raises(Trouble) as caught:
        await _asked(vendor, fault)
    assert (type(caught.value), caught.value.key) == (kind, key)
    assert all(
        word not in repr(caught.value.args) for word in ("长大后", "秘密", "sk-good", "somebody wrote")
    )


async def test_how_long_to_wait_is_told() -> None:
    """Where a service says when to come back, that is handed on."""
    with pytest.raises(Busy) as caught:
        await _asked("openrouter", "limit")
    assert caught.value.fields["seconds"] == "7"


@pytest.mark.parametrize(
    "slip", ["prose", "cut off", "blank", "no shape", "too long", "alike", "fewer", "rude"]
)
async def test_an_answer_that_cannot_be_used_says_what_is_wrong(slip: str) -> None:
    """It was paid for, so there is no doubt; the complaint is for the next question."""
    with pytest.raises(Failed) as caught:
        await _asked("ark", "", slip=slip)
    assert caught.value.key == "text.unusable"
    assert caught.value.cause.endswith(".")


async def test_blank_lines_before_an_answer_are_read_over() -> None:
    """A service that keeps a waiting call alive with blank lines is understood."""
    fake, _, cost = await _asked("deepseek", "blank lines")
    assert len(fake.bills) == 1
    assert cost == pytest.approx((500 * 2 * 1.02 + 500 * 8) / 2 / 1e6)


@pytest.mark.parametrize(
    ("moment", "peak"),
    [
        (1763683200, False),  # Friday 08:00 in Beijing
        (1763686800, True),  # 09:00
        (1763697600, False),  # 12:00
        (1763704800, True),  # 14:00
        (1763719200, False),  # 18:00
        (1763773200, False),  # Saturday 09:00
    ],
)
def test_when_it_costs_double(moment: int, peak: bool) -> None:
    """Working hours in Beijing, wherever this program runs."""
    assert at_peak(moment) is peak


async def test_the_vendors_own_figure_counts() -> None:
    """Where a service says what a call did cost, nobody computes it."""
    assert (await _asked("openrouter", ""))[2] == 0.0093
    assert (await _asked("gemini", ""))[2] == pytest.approx((1000 * 2 + 500 * 8) / 1e6)
