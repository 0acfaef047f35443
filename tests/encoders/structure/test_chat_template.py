import pytest

from metier.encoders.structure.chat_template import MOST_TEMPLATE_CHARS, template_findings
from metier.types import Severity

# The shape of usual templates of public models, shortened.
USUAL = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message.content | trim }}"
    "{% if loop.last and add_generation_prompt %}{{ '<|im_start|>assistant' }}{% endif %}{% endfor %}"
)
WITH_TOOLS = (
    "{%- set ns = namespace(found=false) -%}{%- if tools is defined and tools|length > 0 -%}"
    "{%- for tool in tools -%}{{ tool | tojson(indent=4) }}{%- endfor -%}{%- set ns.found = true -%}"
    "{%- endif -%}"
    "{%- if messages[0]['role'] not in ['user', 'system'] -%}{{ raise_exception('Roles') }}{%- endif -%}"
    "{%- macro line(text) -%}{{ text }}{%- endmacro -%}{{ line(strftime_now('%d %b %Y')) }}"
    "{%- for m in messages -%}{%- if m.content is none -%}{%- continue -%}{%- endif -%}{%- endfor -%}"
)


@pytest.mark.parametrize(
    "template", [USUAL, WITH_TOOLS, "", "{{ bos_token }}{{ messages | selectattr('role') }}"]
)
def test_usual_templates_pass(template):
    assert template_findings(template, "x") == []


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__cl' + 'ass__'] }}",
        "{{ x['\\x5f\\x5fclass\\x5f\\x5f'] }}",
        "{{ x._module }}",
        "{{ messages|attr('a') }}",
        "{{ lipsum.x }}",
        "{{ cycler.x }}",
        "{{ self.x }}",
        "{% include 'a' %}",
        "{% import 'a' as b %}",
        "{% extends 'a' %}",
        "{{ os.popen('x') }}",
        "{{ messages | map(attribute='__globals__') }}",
    ],
)
def test_a_template_that_reaches_for_python_is_unsafe(template):
    (finding,) = template_findings(template, "chat_template.jinja")
    assert (finding.code, finding.severity, finding.where) == (
        "template-code",
        Severity.ERROR,
        "chat_template.jinja",
    )


@pytest.mark.parametrize(
    "template",
    [
        "{% for",
        "{{ a" + "(" * 5000,
        "a" * (MOST_TEMPLATE_CHARS + 1),
        "{% for i in range(1000000000) %}{% endfor %}",
    ],
    ids=["cut off", "deep", "long", "endless"],
)
def test_a_template_that_cannot_be_read_is_not_understood(template):
    (finding,) = template_findings(template, "x")
    assert (finding.code, finding.severity) == ("template-not-understood", Severity.WARNING)
