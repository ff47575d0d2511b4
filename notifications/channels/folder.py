"""Channel ``folder``: one .eml file per message, written whole or not at all."""

import os
from pathlib import Path

from commitments.files import durable
from notifications.channels import ChannelDown, Outcome, OutgoingMessage
from notifications.remarks import remark


class FolderChannel:
    """Writes into ``folder``; the same message again takes the place of its own file."""

    name = "folder"
    max_connections = 8  # files written side by side are settled with one commit
    per_minute = 0

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Only a rehearsal does without ``durable`` files."""
        self.folder = folder
        self.durable = durable

    def open(self) -> "FolderConnection":
        """Make the folder. Raises ChannelDown when it cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as trouble:
            raise ChannelDown(remark("no_folder", folder=self.folder, problem=trouble.strerror)) from trouble
        if not os.access(self.folder, os.W_OK):
            raise ChannelDown(remark("unwritable_folder", folder=self.folder))
        return FolderConnection(self.folder, durable=self.durable)


class FolderConnection:
    """Writes one file after another."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self.durable = durable

    def send(self, message: OutgoingMessage) -> Outcome:
        """Write, fsync, rename, fsync the folder: when it returns the file outlives a power cut."""
        target = self.folder / f"{message.name}.eml"
        try:
            durable.write(target, message.data, durable=self.durable)
        except OSError as trouble:
            return Outcome("temporary", f"{target.name}: {trouble.strerror}", relay=True)
        return Outcome("ok", str(target.name))

    def close(self) -> None:
        """Nothing is open between messages."""
