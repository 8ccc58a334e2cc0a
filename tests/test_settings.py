from pathlib import Path

import pytest

from guichet.config import SETTINGS_FILE, Settings, load_settings
from guichet.errors import ConfigError
from guichet.settings import save_setting


@pytest.mark.parametrize(
    "value", ["1", "/dev/v4l/by-id/usb-x", 'C:\\vidéos "1"', "rtsp://a:b@c/d", "ligne\nà part"]
)
def test_a_setting_is_kept_as_it_was_given(tmp_path: Path, value: str) -> None:
    assert save_setting(tmp_path, "camera", value) == Settings(camera=value)
    assert load_settings(tmp_path) == Settings(camera=value)


def test_the_lines_of_the_user_stay(tmp_path: Path) -> None:
    path = tmp_path / SETTINGS_FILE
    path.write_text('# Poste 3\ncamera = "0"  # celle du bureau\ntheme = "clair"\n', "utf-8")
    save_setting(tmp_path, "camera", "1")
    save_setting(tmp_path, "preview", "off")
    assert path.read_text("utf-8") == (
        '# Poste 3\ncamera = "1"\ntheme = "clair"\npreview = "off"\n'
    )


def test_a_broken_file_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / SETTINGS_FILE
    path.write_text("camera = = 1\n", "utf-8")
    with pytest.raises(ConfigError):
        save_setting(tmp_path, "camera", "1")
    assert path.read_text("utf-8") == "camera = = 1\n"


def test_a_folder_that_takes_nothing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        save_setting(tmp_path / "nowhere", "camera", "1")
