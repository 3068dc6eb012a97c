package probe

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// DefaultAddress is where a sidecar listens that nobody configured otherwise.
func DefaultAddress() string {
	if address := os.Getenv("QUORUMSCOPE_EVENTS"); address != "" {
		return address
	}
	folder := fmt.Sprintf("/tmp/quorumscope-%d", os.Getuid())
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); runtime != "" {
		folder = filepath.Join(runtime, "quorumscope")
	}
	if info, err := os.Stat("/run/quorumscope"); err == nil && info.IsDir() {
		folder = "/run/quorumscope"
	}
	return "unix://" + filepath.Join(folder, "events.sock")
}

// splitAddress turns unix:///path and tcp://host:port into what net.Dial takes.
func splitAddress(address string) (network, place string) {
	network, place, found := strings.Cut(address, "://")
	if !found {
		return "unix", address
	}
	return network, place
}
