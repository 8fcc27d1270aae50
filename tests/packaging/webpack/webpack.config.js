export default { entry: "./main.js", mode: "production", devtool: false, performance: false };
