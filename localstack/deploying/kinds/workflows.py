"""AWS::StepFunctions."""

import json

from ..stack import Made, Properties, Stack


def state_machine(stack: Stack, logical: str, props: Properties) -> Made:
    name = stack.physical(logical, props.pop("StateMachineName", None), 80)
    kind = props.pop("StateMachineType", "STANDARD")
    definition = props.pop("DefinitionString", None) or json.dumps(props.pop("Definition"))
    definition = definition if isinstance(definition, str) else json.dumps(definition)
    for key, value in props.pop("DefinitionSubstitutions", {}).items():
        definition = definition.replace(f"${{{key}}}", str(value))
    made = stack.call("stepfunctions", "create_state_machine", props, name=name, type=kind, definition=definition)
    return Made(made["stateMachineArn"], {"Arn": made["stateMachineArn"], "Name": name})


KINDS = {"AWS::StepFunctions::StateMachine": state_machine}
