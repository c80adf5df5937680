"""Debian's Janus with nothing loaded but the video room and HTTP, on a host of the laboratory."""
import os
import pathlib

from lab.child import Failure

PORT = 8088
SETTINGS = """
general: {{
    configs_folder = "{folder}"
    plugins_folder = "{folder}/plugins"
    transports_folder = "{folder}/transports"
    events_folder = "{folder}/events"
    loggers_folder = "{folder}/loggers"
    debug_level = 4
    session_timeout = 0
    server_name = "weak-link"
}}
media: {{ ipv6 = false }}
nat: {{
    ice_lite = true
    ice_tcp = true
    ice_enforce_list = "{address}"
}}
events: {{ broadcast = false }}
"""
HTTP = """
general: {{ json = "compact", base_path = "/janus", http = true, port = {port}, ip = "{address}", https = false }}
admin: {{ admin_http = false }}
"""


def write_settings(folder, address):
    folder = pathlib.Path(folder)
    for name in ("plugins", "transports", "events", "loggers"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for kind, library in (("plugins", "libjanus_videoroom.so"), ("transports", "libjanus_http.so")):
        found = sorted(pathlib.Path("/usr/lib").glob(f"*/janus/{kind}/{library}"))
        if not found:
            raise Failure(f"Janus's {library} is not there; script/setup weak-link installs it")
        link = folder / kind / library
        link.unlink(missing_ok=True)
        os.symlink(found[0], link)
    (folder / "janus.jcfg").write_text(SETTINGS.format(folder=folder, address=address))
    (folder / "janus.transport.http.jcfg").write_text(HTTP.format(port=PORT, address=address))
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: { }\n")
    return folder
