"""What calls a function and where results go: event source mappings and asynchronous invocation."""

from ..paging import lambda_page
from .store import epoch, invalid, not_found

STREAMS = ("kinesis", "dynamodb", "kafka", "kafka-cluster", "rds")
AS_SENT = (
    "EventSourceArn", "StartingPosition", "MaximumBatchingWindowInSeconds", "FilterCriteria", "KMSKeyArn", "ScalingConfig",
    "DestinationConfig", "Topics", "Queues", "SourceAccessConfigurations", "SelfManagedEventSource",
    "FunctionResponseTypes", "AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig",
    "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError", "MaximumRetryAttempts", "TumblingWindowInSeconds",
)  # fmt: skip
# Members that UpdateEventSourceMapping takes too: never where the events come from.
CHANGED = tuple(key for key in AS_SENT if key not in ("EventSourceArn", "StartingPosition", "Topics", "Queues"))


def create_mapping(place, args):
    function, qualifier = place.find(args)
    if not args.get("EventSourceArn") and not args.get("SelfManagedEventSource"):
        raise invalid("Event source arn or self managed event source is required.")
    uuid = str(place.unique("mapping"))
    mapping = {
        "UUID": uuid,
        "EventSourceMappingArn": place.arn(f"event-source-mapping:{uuid}"),
        "BatchSize": args.get("BatchSize") or 10,
        "MaximumBatchingWindowInSeconds": 0,
        "FunctionArn": function.arn + (f":{qualifier}" if qualifier else ""),
        "LastModified": epoch(),
        "State": "Enabled" if args.get("Enabled", True) else "Disabled",
        "StateTransitionReason": "User action",
    }
    if (args.get("EventSourceArn") or "::kinesis").split(":")[2] in STREAMS:
        mapping.update(MaximumRecordAgeInSeconds=-1, MaximumRetryAttempts=-1, ParallelizationFactor=1)
    mapping.update({key: args[key] for key in AS_SENT if args.get(key) is not None})
    place.mappings[uuid] = mapping
    return mapping


def get_mapping(place, args):
    if args["UUID"] not in place.mappings:
        raise not_found()
    return place.mappings[args["UUID"]]


def update_mapping(place, args):
    mapping = get_mapping(place, args)
    if args.get("FunctionName"):
        function, qualifier = place.find(args)
        mapping["FunctionArn"] = function.arn + (f":{qualifier}" if qualifier else "")
    if args.get("Enabled") is not None:
        mapping["State"] = "Enabled" if args["Enabled"] else "Disabled"
    mapping.update({key: args[key] for key in (*CHANGED, "BatchSize") if args.get(key) is not None}, LastModified=epoch())
    return mapping


def delete_mapping(place, args):
    return {**get_mapping(place, args), "State": place.mappings.pop(args["UUID"]) and "Deleting"}


def list_mappings(place, args):
    items = [m for m in place.mappings.values() if args.get("EventSourceArn") in (None, m.get("EventSourceArn"))]
    if args.get("FunctionName"):
        function, _ = place.find(args)
        items = [m for m in items if m["FunctionArn"].split(":")[6] == function.name]
    return lambda_page(args, "EventSourceMappings", items, 100)


def put_invoke_config(place, args):
    function, qualifier = place.find(args)
    config = {
        "LastModified": epoch(),
        "FunctionArn": f"{function.arn}:{qualifier or '$LATEST'}",
        "DestinationConfig": {},
    }
    for key in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig"):
        if args.get(key) is not None:
            config[key] = args[key]
    config["DestinationConfig"] = {"OnSuccess": {}, "OnFailure": {}, **config["DestinationConfig"]}
    function.invoke_configs[qualifier or "$LATEST"] = config
    return config


def update_invoke_config(place, args):
    config = get_invoke_config(place, args)
    sent = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    return put_invoke_config(place, {**args, **{k: args.get(k, config.get(k)) for k in sent}})


def delete_invoke_config(place, args):
    get_invoke_config(place, args)
    function, qualifier = place.find(args)
    del function.invoke_configs[qualifier or "$LATEST"]


def get_invoke_config(place, args):
    function, qualifier = place.find(args)
    config = function.invoke_configs.get(qualifier or "$LATEST")
    if config is None:
        raise not_found(f"The function {function.arn}:{qualifier or '$LATEST'} doesn't have an EventInvokeConfig")
    return config


def list_invoke_configs(place, args):
    function, _ = place.find(args)
    return lambda_page(args, "FunctionEventInvokeConfigs", function.invoke_configs.values())


OPERATIONS = {
    "CreateEventSourceMapping": create_mapping,
    "GetEventSourceMapping": get_mapping,
    "UpdateEventSourceMapping": update_mapping,
    "DeleteEventSourceMapping": delete_mapping,
    "ListEventSourceMappings": list_mappings,
    "PutFunctionEventInvokeConfig": put_invoke_config,
    "UpdateFunctionEventInvokeConfig": update_invoke_config,
    "DeleteFunctionEventInvokeConfig": delete_invoke_config,
    "GetFunctionEventInvokeConfig": get_invoke_config,
    "ListFunctionEventInvokeConfigs": list_invoke_configs,
}
