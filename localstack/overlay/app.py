"""The WSGI application: refusals and Lambda in front, moto behind."""

import json
import traceback

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from . import answers, call, control_plane, domains, neighbours
from .refusals import Flags


class Emulator:
    """Answers one request at a time per thread; its state is moto's backends, the Lambda store and the flags."""

    def __init__(self):
        neighbours.install()
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.moto.debug = True
        self.flags = Flags()
        self.plane = control_plane.ControlPlane(self.flags)
        self.domains = domains.Domains()

    def __call__(self, environ, start_response):
        seen = call.read(environ)
        try:
            answer = self.admin(seen) if not seen.service else self.answer(seen, environ)
        except answers.Refused as error:
            answer = answers.error_answer(seen.service, error)
        except Exception as error:  # a fault of the emulator must be seen, not taken for an answer of AWS
            traceback.print_exc()
            answer = Response(f"lamppost emulator fault: {error!r}\n", 500, content_type="text/plain")
        return answer(environ, start_response)

    def answer(self, seen, environ):
        if seen.service == "lambda":
            seen.operation, seen.params = self.plane.model.read(seen.request)
        self.flags.check(seen)
        if seen.service == "lambda":
            return self.plane.answer(seen)
        if seen.service == "ec2":
            if seen.operation == "DescribeRegions" and self.flags["regions"]:
                return neighbours.ec2.describe_regions(seen, self.flags)
            if seen.operation.startswith("Describe"):
                neighbours.ec2.without_paging(seen, environ)
                return neighbours.ec2.paged(seen, self.ask_moto(seen, environ))
        if seen.service == "kms":
            neighbours.kms.check_foreign_key(seen)
        if seen.service == "organizations":
            neighbours.organizations.check_caller(seen)
        return self.domains.answer(seen) or self.ask_moto(seen, environ)

    def ask_moto(self, seen, environ):
        if seen.service:
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = seen.account
        body, status, headers = run_wsgi_app(self.moto, environ, buffered=True)
        return Response(body, status, headers)

    def admin(self, seen):
        """Requests that nobody signed: our own switches, and moto's."""
        path, request = seen.request.path, seen.request
        if path == "/lamppost/health":
            return answers.json_answer({"status": "ok"})
        if path == "/lamppost/flags" and request.method == "GET":
            return answers.json_answer(self.flags.values)
        if path == "/lamppost/flags" and request.method == "POST":
            try:
                self.flags.update(json.loads(request.get_data()))
            except ValueError as error:
                return answers.json_answer({"error": str(error)}, 400)
            return answers.json_answer(self.flags.values)
        if path == "/lamppost/reset" and request.method == "POST":
            self.flags.clear()
            self.plane.clear()
            self.domains.clear()
            from moto.moto_api._internal.models import moto_api_backend

            moto_api_backend.reset()
            return answers.json_answer({"status": "empty"})
        if path.startswith("/lamppost/code/"):
            return self.plane.download(path)
        return self.ask_moto(seen, request.environ)
