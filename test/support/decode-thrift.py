"""Decodes what a Jaeger agent or collector would be sent, with Apache Thrift and code that its compiler made of Jaeger's IDL.

argv: the folder of the generated code, then `agent` or `collector`. stdin: one message in hexadecimal per line. stdout: one JSON list of
spans. Strict binary protocol; anything else fails.
"""
import json
import sys

sys.path.insert(0, sys.argv[1])
from agent import Agent  # noqa: E402
from jaeger.ttypes import Batch, TagType  # noqa: E402
from thrift.protocol.TBinaryProtocol import TBinaryProtocol  # noqa: E402
from thrift.Thrift import TMessageType  # noqa: E402
from thrift.transport.TTransport import TMemoryBuffer  # noqa: E402


def batch_of(payload, form):
    protocol = TBinaryProtocol(TMemoryBuffer(payload), strictRead=True)
    if form == "collector":
        batch = Batch()
        batch.read(protocol)
        return batch
    name, kind, _ = protocol.readMessageBegin()
    if name not in ("emitBatch", b"emitBatch") or kind != TMessageType.ONEWAY:
        raise SystemExit(f"expected a oneway emitBatch, found {name} of type {kind}")
    arguments = Agent.emitBatch_args()
    arguments.read(protocol)
    return arguments.batch


def digits(number):
    return f"{(number or 0) & 0xFFFFFFFFFFFFFFFF:016x}"


def value_of(tag):
    if tag.vType == TagType.STRING:
        return tag.vStr
    if tag.vType == TagType.DOUBLE:
        return tag.vDouble
    if tag.vType == TagType.BOOL:
        return tag.vBool
    return tag.vLong if tag.vType == TagType.LONG else None


def span_of(span, process):
    return {
        "service": process.serviceName,
        "traceId": digits(span.traceIdHigh) + digits(span.traceIdLow),
        "spanId": digits(span.spanId),
        "parentId": digits(span.parentSpanId) if span.parentSpanId else "",
        "name": span.operationName,
        "startUs": span.startTime,
        "durationUs": span.duration,
        "tags": {tag.key: value_of(tag) for tag in span.tags or []},
        "links": sorted(
            digits(ref.traceIdHigh) + digits(ref.traceIdLow) + ":" + digits(ref.spanId) for ref in span.references or []
        ),
    }


spans = []
for line in sys.stdin:
    if line.strip():
        batch = batch_of(bytes.fromhex(line.strip()), sys.argv[2])
        spans += [span_of(span, batch.process) for span in batch.spans]
json.dump(spans, sys.stdout)
