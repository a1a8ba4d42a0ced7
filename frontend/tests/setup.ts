import "fake-indexeddb/auto";
import { configure } from "@testing-library/react";

// However busy the machine is.
configure({ asyncUtilTimeout: 30_000 });
