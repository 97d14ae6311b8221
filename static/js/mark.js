// Says early that script runs, so that nothing jumps when the modules arrive.
document.documentElement.classList.add("js");
